import type { ContainerClient } from "@azure/storage-blob";
import { cutBySize, toDeadLetter, type DeadLetters } from "@socdefenders/shared";
import { appendLines } from "./append.ts";
import { codeOf, orTargetError } from "./container.ts";

// What every version of the service takes in one append.
const largestBlockBytes = 4 * 1024 * 1024;

/**
 * Appends one `DeadLetter` a line to append blobs under `dead-letters/`, which are named as the full files of a state directory are:
 * downloaded into one, `socdefenders dead-letter` lists and retries them. Nothing is ever dropped; what is old is the operator's to remove.
 */
export function createBlobDeadLetters(container: ContainerClient): DeadLetters {
  // A blob takes 50,000 appends; a day with more goes on in the next one.
  let serial = 0;

  async function keep(time: string, block: string): Promise<void> {
    for (;;) {
      try {
        return await appendLines(container, nameOf(time, serial), block);
      } catch (error) {
        if (codeOf(error) !== "BlockCountExceedsLimit") throw error;
        serial += 1;
      }
    }
  }

  return {
    async add(key, rejected) {
      const time = new Date().toISOString();
      const lines = rejected.map((entry) => `${JSON.stringify(toDeadLetter(key, entry, time))}\n`);
      // An entry has at most 1 Mi characters of content, so that one alone always fits.
      const blocks = cutBySize(lines, (line) => Buffer.byteLength(line), { bytes: largestBlockBytes });
      for (const block of blocks) await orTargetError(keep(time, block.join("")), "dead letters cannot be kept in dead-letters/");
      return 0;
    },
  };
}

/** `dead-letters/dead-letter.20261121T000000000Z-00000000.ndjson`: the day, and the how manieth blob of it. */
function nameOf(time: string, serial: number): string {
  return `dead-letters/dead-letter.${time.slice(0, 10).replaceAll("-", "")}T000000000Z-${serial.toString(16).padStart(8, "0")}.ndjson`;
}
