// A TAXII 2.1 server of pages that are ready before they are asked for, so that what is measured is the client. Its collections are
// named by the number of their pages, and its two API roots by whether answers are compressed. Prints its port.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { readRecords, sampleBytes } from "@socdefenders/simulator";

const objectsPerPage = 1000;
const collections = [{ id: "2" }, { id: "5" }, { id: "40" }, { id: "100" }, { id: "1000" }].map(({ id }) => ({
  id,
  title: id,
  can_read: true,
  can_write: false,
}));
const mark = Buffer.from('"id":"indicator--');

/** A page of real indicators, and where the first eight digits of their ids stand: these are what makes one page unlike another. */
const templates = makeTemplates();

function makeTemplates(): { readonly bytes: Buffer; readonly places: readonly number[] }[] {
  const objects = readRecords(sampleBytes()).map(({ object }) => object);
  return Array.from({ length: objects.length / objectsPerPage }, (_, index) => {
    const bytes = Buffer.from(JSON.stringify(objects.slice(index * objectsPerPage, (index + 1) * objectsPerPage)));
    const places: number[] = [];
    for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) places.push(at + mark.length);
    return { bytes, places };
  });
}

function makePage(number: number, count: number): Buffer {
  const { bytes, places } = templates[number % templates.length]!;
  const page = Buffer.from(bytes);
  const digits = Buffer.from(number.toString(16).padStart(8, "0"));
  for (const place of places) digits.copy(page, place);
  const head = number + 1 < count ? `{"more":true,"next":"${number + 1}","objects":` : '{"more":false,"objects":';
  return Buffer.concat([Buffer.from(head), page, Buffer.from("}")]);
}

/** Short collections are served from memory. */
const ready = new Map<string, Buffer>();

function pageBytes(encoding: string, number: number, count: number): Buffer {
  const key = `${encoding} ${number} of ${count}`;
  const known = ready.get(key);
  if (known !== undefined) return known;
  const page = makePage(number, count);
  const bytes = encoding === "gzip" ? gzipSync(page, { level: 6 }) : page;
  if (count <= 40) ready.set(key, bytes);
  return bytes;
}

/** Far enough apart for each page to be settled before the next one. */
const dateOf = (page: number): string => new Date(Date.UTC(2026, 0, 2) + page * 600_000).toISOString().replace("Z", "000Z");

function send(response: ServerResponse, body: Buffer | object, headers: Record<string, string> = {}): void {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response
    .writeHead(200, { "content-type": "application/taxii+json;version=2.1", "content-length": bytes.length, ...headers })
    .end(bytes);
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://server");
  const [, encoding = "", id, last] = /^\/(plain|gzip)\/(?:taxii2\/|collections\/(?:(\d+)\/)?(objects\/)?)$/.exec(pathname) ?? [];
  if (pathname.endsWith("/taxii2/"))
    return send(response, { title: "pages", default: `/${encoding}/`, api_roots: [`/${encoding}/`] });
  if (id === undefined) return send(response, { collections });
  if (last === undefined) return send(response, collections.find((collection) => collection.id === id) ?? {});
  const isFirst = !searchParams.has("next") && (searchParams.get("added_after") ?? "2026-01-01") < "2026-01-02";
  if (!isFirst && !searchParams.has("next")) return send(response, {});
  const number = Number(searchParams.get("next") ?? 0);
  const dates = { "x-taxii-date-added-first": dateOf(number), "x-taxii-date-added-last": dateOf(number) };
  const compression = encoding === "gzip" ? { "content-encoding": "gzip" } : {};
  send(response, pageBytes(encoding, number, Number(id)), { ...dates, ...compression });
}).listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
