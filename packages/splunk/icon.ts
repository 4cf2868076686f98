import { crc32, deflateSync } from "node:zlib";

const background = [22, 50, 79, 255];
const foreground = [83, 196, 168, 255];

/** The icon of both packages as a square PNG of that many pixels: a shield on a dark ground, drawn so that no picture has to be kept. */
export function iconPng(size: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits a channel, red, green, blue and alpha (PNG specification, 11.2.2).
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels(size))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Lines of pixels, each behind its filter type 0. */
function pixels(size: number): Buffer {
  const lines = Array.from({ length: size }, (_, y) => {
    const line = Array.from({ length: size }, (_, x) => (isShield((x + 0.5) / size, (y + 0.5) / size) ? foreground : background));
    return [0, ...line.flat()];
  });
  return Buffer.from(lines.flat());
}

/** Coordinates from 0 to 1: straight sides down to the middle, then a point. */
function isShield(x: number, y: number): boolean {
  if (y < 0.18 || y > 0.86) return false;
  const halfWidth = y < 0.5 ? 0.3 : 0.3 * Math.sqrt((0.86 - y) / 0.36);
  return Math.abs(x - 0.5) <= halfWidth;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
