import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, request as forward, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { openFeed, parseFeedConfig, readEnvironmentProxies, silentLogger, type Host } from "@socdefenders/shared";
import { createSink as createSplunkSink, parseConfig as parseSplunk } from "@socdefenders/splunk";
import { createCertificate, type LocalCertificate } from "@socdefenders/simulator";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const { signal } = new AbortController();
const once = { attempts: 1, baseMs: 1, maximumMs: 1, repeatUnknown: true };
const host: Host = { log: silentLogger, userAgent: "test" };
const body = JSON.stringify({ default: "/", collections: [{ id: "all", title: "All", can_read: true, can_write: false }] });

let local: LocalCertificate;
let other: LocalCertificate;
let old: LocalCertificate;

beforeAll(async () => {
  [local, other, old] = await Promise.all([
    createCertificate(),
    createCertificate(),
    createCertificate([], Date.now() - 3 * 86_400_000),
  ]);
});

/** A file with this text. */
function file(text: string): string {
  const path = join(temporaryDirectory(), "file.pem");
  writeFileSync(path, text);
  return path;
}

async function open(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const openTls = (options: ServerOptions): Promise<number> =>
  open(createTlsServer({ key: local.key, cert: local.cert, ...options }, (_, response) => response.end(body)));

/** Asks for the collections of a feed. */
async function collections(settings: Readonly<Record<string, unknown>>, used: Host = host): Promise<readonly string[]> {
  const feed = openFeed(parseFeedConfig({ api_key: "transport-test-key", ...settings }), used, once);
  try {
    return (await feed.listCollections(signal)).map(({ id }) => id);
  } finally {
    await feed.close();
  }
}

const demanding = (): ServerOptions => ({ ca: local.ca, requestCert: true, rejectUnauthorized: true });

test("a feed that demands a client certificate takes the right one, its key encrypted or not", async () => {
  const endpoint = `https://127.0.0.1:${await openTls(demanding())}/`;
  const ca_file = file(local.ca);
  const client_certificate_file = file(local.client.cert);
  const encrypted = createPrivateKey(local.client.key).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "pass word",
  });
  const settings = { endpoint, ca_file, client_certificate_file };
  expect(await collections({ ...settings, client_key_file: file(local.client.key) })).toEqual(["all"]);
  const withPassword = { client_key_file: file(encrypted.toString()), client_key_password: "pass word" };
  expect(await collections({ ...settings, ...withPassword })).toEqual(["all"]);
});

test("a server that refuses the handshake without one makes the failure say so", async () => {
  const endpoint = `https://127.0.0.1:${await openTls({ ...demanding(), maxVersion: "TLSv1.2" })}/`;
  await expect(collections({ endpoint, ca_file: file(local.ca) })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining("demands a client certificate"),
    remedy: expect.stringContaining("client_certificate_file"),
  });
});

test("the certificate of a foreign authority gets nobody in", async () => {
  const endpoint = `https://127.0.0.1:${await openTls(demanding())}/`;
  const foreign = { client_certificate_file: file(other.client.cert), client_key_file: file(other.client.key) };
  await expect(collections({ endpoint, ca_file: file(local.ca), ...foreign })).rejects.toMatchObject({ exitCode: 3 });
});

test.each([
  ["one file alone", () => ({ client_certificate_file: file(local.client.cert) }), /client_key_file is missing/],
  ["a password alone", () => ({ client_key_password: "abcdef" }), /client_certificate_file is missing/],
  [
    "a certificate that is none",
    () => ({ client_certificate_file: file("DER"), client_key_file: file(local.client.key) }),
    /client_certificate_file: not a certificate in PEM/,
  ],
  [
    "a key that is none",
    () => ({ client_certificate_file: file(local.client.cert), client_key_file: file(local.client.cert) }),
    /client_key_file: not a private key in PEM/,
  ],
  [
    "the key of another one",
    () => ({ client_certificate_file: file(local.client.cert), client_key_file: file(other.client.key) }),
    /client_key_file: not the key of the certificate/,
  ],
  [
    "an expired one",
    () => ({ client_certificate_file: file(old.client.cert), client_key_file: file(old.client.key) }),
    /client_certificate_file: expired on /,
  ],
  [
    "a file that is not there",
    () => ({ client_certificate_file: "/nowhere.pem", client_key_file: "/nowhere.pem" }),
    /client_certificate_file: ENOENT/,
  ],
  ["an encrypted key without password", () => encryptedKey(undefined), /client_key_file: the key is encrypted/],
  ["an encrypted key with a wrong password", () => encryptedKey("wrong password"), /client_key_password: does not open the key/],
])("a client certificate with %s is a configuration error", async (_, settings, message) => {
  const reading = collections({ endpoint: "https://feed.example/", ...settings() });
  await expect(reading).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(/\w/),
  });
  await expect(reading).rejects.not.toThrow(/PRIVATE KEY-----\s/);
});

function encryptedKey(password: string | undefined) {
  const key = createPrivateKey(local.client.key);
  const text = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "right" }).toString();
  const given = password === undefined ? {} : { client_key_password: password };
  return { client_certificate_file: file(local.client.cert), client_key_file: file(text), ...given };
}

test.each([
  ["of an unknown authority", () => ({ ca_file: file(other.ca) }), {}, /not signed by/, /ca_file/],
  ["that has expired", () => ({ ca_file: file(old.ca) }), () => ({ key: old.key, cert: old.cert }), /expired/, /renewed/],
])("a server's certificate %s is refused, with the remedy", async (_, settings, server, message, remedy) => {
  const port = await openTls(typeof server === "function" ? server() : server);
  await expect(collections({ endpoint: `https://127.0.0.1:${port}/`, ...settings() })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
});

test("a server that offers nothing newer than TLS 1.1 is refused", async () => {
  const port = await openTls({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" });
  await expect(collections({ endpoint: `https://127.0.0.1:${port}/`, ca_file: file(local.ca) })).rejects.toMatchObject({
    message: expect.stringContaining("no TLS version that is safe"),
  });
});

interface ProxyRequest {
  readonly method: string;
  readonly target: string;
}

/** An HTTP proxy that wants user and password, tunnels (CONNECT) and forwards, and sends everything to `port` of this machine. */
async function openProxy(port: number): Promise<{ readonly port: number; readonly seen: ProxyRequest[] }> {
  const seen: ProxyRequest[] = [];
  const expected = `Basic ${Buffer.from("al ice:p@ss/word").toString("base64")}`;
  const admits = ({ method = "", url: target = "", headers }: IncomingMessage): boolean => {
    seen.push({ method, target });
    return headers["proxy-authorization"] === expected;
  };
  const server = createServer((incoming, response) => {
    if (!admits(incoming)) return void response.writeHead(407, { "proxy-authenticate": "Basic" }).end("who are you?");
    const { pathname } = new URL(incoming.url ?? "");
    const outgoing = forward({ port, host: "127.0.0.1", path: pathname, method: incoming.method }, (answer) => {
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    socket.on("error", () => undefined);
    if (!admits(incoming))
      return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n");
    if (incoming.url?.startsWith("forbidden")) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
  });
  return { port: await open(server), seen };
}

const password = "al%20ice:p%40ss%2Fword";

test("https goes through the feed's proxy by a tunnel, user and password percent-decoded, the certificate still checked", async () => {
  const port = await openTls({});
  const proxy = await openProxy(port);
  const settings = { endpoint: `https://localhost:${port}/`, proxy: `http://${password}@127.0.0.1:${proxy.port}` };
  expect(await collections({ ...settings, ca_file: file(local.ca) })).toEqual(["all"]);
  expect(proxy.seen).toContainEqual({ method: "CONNECT", target: `localhost:${port}` });
  await expect(collections(settings)).rejects.toMatchObject({ remedy: expect.stringContaining("ca_file") });
});

test("a client certificate reaches the feed through a proxy", async () => {
  const port = await openTls(demanding());
  const proxy = await openProxy(port);
  const files = {
    ca_file: file(local.ca),
    client_certificate_file: file(local.client.cert),
    client_key_file: file(local.client.key),
  };
  const settings = { endpoint: `https://localhost:${port}/`, proxy: `http://${password}@127.0.0.1:${proxy.port}`, ...files };
  expect(await collections(settings)).toEqual(["all"]);
});

test.each([
  ["https", 443],
  ["http", 80],
])("a wrong password over %s is told as such, with the proxy's host and without the password", async (scheme) => {
  const port = scheme === "https" ? await openTls({}) : await open(createServer((_, response) => response.end(body)));
  const proxy = await openProxy(port);
  const failure = collections({
    endpoint: `${scheme}://localhost:${port}/`,
    ca_file: file(local.ca),
    proxy: `http://alice:wrong-password@127.0.0.1:${proxy.port}`,
  });
  await expect(failure).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(new RegExp(`the proxy 127\\.0\\.0\\.1:${proxy.port} .*407`)),
    remedy: expect.stringContaining("user and password of the proxy"),
  });
  await expect(failure).rejects.not.toThrow(/wrong-password/);
  expect(proxy.seen).toHaveLength(1);
});

test("a proxy that forbids the host, and one that is down, are named", async () => {
  const proxy = await openProxy(1);
  const through = (proxyPort: number) => ({
    endpoint: "https://forbidden.example/",
    proxy: `http://${password}@127.0.0.1:${proxyPort}`,
  });
  await expect(collections(through(proxy.port))).rejects.toThrow(/the proxy 127\.0\.0\.1:\d+ does not connect .*403/);
  await expect(collections(through(1))).rejects.toThrow(/connection refused \(through the proxy 127\.0\.0\.1:1\)/);
});

test("the environment's proxies hold for feed and targets, http is forwarded, and what NO_PROXY names goes direct", async () => {
  const answers = await open(createServer((_, response) => response.writeHead(400).end('{"text":"No data","code":5}')));
  const proxy = await openProxy(answers);
  const proxyUrl = `http://${password}@127.0.0.1:${proxy.port}`;
  const withProxies = (extra: Record<string, string> = {}): Host => ({
    ...host,
    chooseProxy: readEnvironmentProxies({ HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl, ...extra }),
  });
  const splunk = parseSplunk({ endpoint: "http://splunk.invalid:8088", token: "transport-hec-token", allow_http: true }, "splunk");
  const sink = createSplunkSink(splunk, withProxies(), { retryPolicy: once });
  onTestFinished(() => sink.close());
  await sink.check(signal);
  expect(proxy.seen).toContainEqual({ method: "POST", target: "http://splunk.invalid:8088/services/collector/event" });
  const asked = proxy.seen.length;

  const direct = createSplunkSink(splunk, withProxies({ NO_PROXY: ".invalid" }), { retryPolicy: once });
  onTestFinished(() => direct.close());
  await expect(direct.check(signal)).rejects.toThrow(/does not resolve/);
  await expect(collections({ endpoint: "https://feed.invalid/" }, withProxies())).rejects.toThrow(/./);
  expect(proxy.seen.slice(asked)).toEqual([{ method: "CONNECT", target: "feed.invalid:443" }]);
});
