import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { createHttpClient, type HttpResponse } from "./request.ts";

/** Asks a real server once. */
async function ask(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<HttpResponse> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const http = createHttpClient({ userAgent: "test" });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page?key=hidden`);
  return http.send({ method: "GET", url });
}

const reply =
  (body: Buffer | string, headers: Record<string, string | string[]> = {}, status = 200) =>
  (_: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(status, headers).end(body);

const text = JSON.stringify({ objects: ["é"] });

test.each([
  ["plain", text, {}],
  ["identity", text, { "content-encoding": "identity" }],
  ["gzip", gzipSync(text), { "content-encoding": "gzip" }],
  ["x-gzip in capitals", gzipSync(text), { "content-encoding": "X-GZIP" }],
  ["gzip and identity", gzipSync(text), { "content-encoding": "identity, gzip" }],
])("%s is read", async (_, body, headers) => {
  expect((await ask(reply(body, headers))).text).toBe(text);
});

test("only gzip is asked for", async () => {
  let asked: string | undefined;
  await ask((request, response) => {
    asked = request.headers["accept-encoding"] as string;
    response.end();
  });
  expect(asked).toBe("gzip");
});

test.each([
  ["br", brotliCompressSync(text), "br", "ENCODING", /encoded as br; only gzip was asked for/, false],
  ["deflate", deflateSync(text), "deflate", "ENCODING", /encoded as deflate/, false],
  ["gzip twice", gzipSync(gzipSync(text)), "gzip, gzip", "ENCODING", /encoded as gzip, gzip/, false],
  ["gzip and br", brotliCompressSync(gzipSync(text)), "gzip,br", "ENCODING", /encoded as gzip, br/, false],
  ["a plain body that says gzip", Buffer.from(text), "gzip", "ENCODING", /says that it is gzip and is not/, false],
  ["gzip that is cut off", gzipSync(text).subarray(0, -12), "gzip", "Z_BUF_ERROR", /cut off/, true],
  [
    "gzip whose digest is wrong",
    Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8)]),
    "gzip",
    "Z_DATA_ERROR",
    /damaged/,
    true,
  ],
  ["a gzip bomb", gzipSync(Buffer.alloc(65 * 1024 * 1024)), "gzip", "ERR_BUFFER_TOO_LARGE", /decompressed .* larger than/, false],
  ["more than 16 MiB on the wire", Buffer.alloc(17 * 1024 * 1024), "identity", "TOO_LARGE", /larger than 16777216 bytes/, false],
])("%s is an error that says so, without the query", async (_, body, encoding, code, message, retryable) => {
  const failure = ask(reply(body, { "content-encoding": encoding }));
  await expect(failure).rejects.toMatchObject({ name: "NetworkError", code, retryable, message: expect.stringMatching(message) });
  await expect(failure).rejects.not.toThrow(/hidden/);
});

test("several headers count as one list", async () => {
  const failure = ask((_, response) => {
    response.setHeader("content-encoding", ["gzip", "br"]);
    response.end(gzipSync(text));
  });
  await expect(failure).rejects.toThrow(/encoded as gzip, br/);
});

test("a refusal keeps its status, whatever its body is", async () => {
  const { status, text: shown } = await ask(reply("<html>", { "content-encoding": "br" }, 403));
  expect([status, shown]).toEqual([403, expect.stringContaining("encoded as br")]);
  expect(await ask(reply("", { "content-encoding": "gzip" }, 503))).toMatchObject({ status: 503, text: "" });
});
