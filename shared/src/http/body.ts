import { gunzipSync } from "node:zlib";
import type { Dispatcher } from "undici";
import { NetworkError } from "../errors/network-error.ts";

// Both caps stand far above a page of 1,000 objects (0.9 MB) and far below what hurts the process.
const largestWireBytes = 16 * 1024 * 1024;
export const largestBodyBytes: number = 64 * 1024 * 1024;

/**
 * The body of an answer as UTF-8, decompressed where it is gzip, the only encoding that is asked for. `where` begins messages. Throws
 * NetworkError on any other encoding and on too much, and the library's error on a stream that is cut off or damaged.
 */
export async function readBody({ body, headers }: Dispatcher.ResponseData, where: string): Promise<string> {
  const bytes = await readBytes(body as AsyncIterable<Buffer>, where);
  const encodings = [headers["content-encoding"] ?? []].flat().flatMap((value) => value.toLowerCase().split(","));
  const [encoding, ...others] = encodings.map((name) => name.trim()).filter((name) => name !== "" && name !== "identity");
  // A 304 or an empty error may say what a body would have been.
  if (encoding === undefined || bytes.length === 0) return bytes.toString("utf8");
  if (others.length > 0 || (encoding !== "gzip" && encoding !== "x-gzip")) {
    const names = [encoding, ...others].join(", ").slice(0, 60);
    throw unusable(`${where}: the answer is encoded as ${names}; only gzip was asked for`, "ENCODING");
  }
  if (!isGzip(bytes)) throw unusable(`${where}: the answer says that it is gzip and is not`, "ENCODING");
  // A page takes a millisecond here and two on its way through another thread; the cap bounds it to a tenth of a second.
  return gunzipSync(bytes, { maxOutputLength: largestBodyBytes, chunkSize: 256 * 1024 }).toString("utf8");
}

async function readBytes(body: AsyncIterable<Buffer>, where: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largestWireBytes) throw unusable(`${where}: the answer is larger than ${largestWireBytes} bytes`, "TOO_LARGE");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function unusable(message: string, code: string): NetworkError {
  return new NetworkError(message, { code, sent: true, retryable: false });
}
