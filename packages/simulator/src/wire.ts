import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { FeedAnswer, Manner } from "./answer.ts";

export interface WireOptions {
  readonly gzip: boolean;
  readonly slowMs: number;
}

/** Sends an answer in its manner: whole, cut, dripping, late, or not at all. */
export function sendAnswer(answer: FeedAnswer, response: ServerResponse, { gzip, slowMs }: WireOptions): void {
  const { status, headers, manner } = answer;
  const isZipped = gzip || manner === "cut-gzip";
  const body = isZipped ? gzipSync(answer.body) : Buffer.from(answer.body);
  const arriving = manner === "cut-gzip" ? body.subarray(0, body.length / 2) : body;
  const head = { ...headers, ...(isZipped && { "content-encoding": "gzip" }), "content-length": String(arriving.length) };
  let timer: NodeJS.Timeout | undefined;
  response.once("close", () => clearTimeout(timer));
  const send: Record<Manner | "whole", () => void> = {
    whole: () => void response.writeHead(status, head).end(body),
    "cut-gzip": () => void response.writeHead(status, head).end(arriving),
    "cut-body": () => writeHalf(() => response.socket?.end()),
    "reset-in-body": () => writeHalf(() => response.socket?.resetAndDestroy()),
    "reset-before-head": () => void response.socket?.resetAndDestroy(),
    late: () => later(() => response.writeHead(status, head).end(body)),
    drip: () => {
      response.writeHead(status, head);
      drip(body);
    },
  };
  send[manner ?? "whole"]();

  function writeHalf(then: () => void): void {
    response.writeHead(status, head).write(body.subarray(0, body.length / 2), then);
  }

  function drip(rest: Buffer): void {
    if (rest.length <= pieceBytes) return void response.end(rest);
    response.write(rest.subarray(0, pieceBytes));
    later(() => drip(rest.subarray(pieceBytes)));
  }

  function later(action: () => void): void {
    timer = setTimeout(action, slowMs);
  }
}

const pieceBytes = 64;
