import { text } from "node:stream/consumers";
import type { ContainerClient } from "@azure/storage-blob";
import { budgetName, readBudgetEntries, type BudgetStore } from "@socdefenders/shared";
import { statusOf } from "./container.ts";

const dayMs = 24 * 3600_000;

/** What the feed's key has spent, in an append blob a day beside the positions. */
export function createBlobBudgets(container: ContainerClient): BudgetStore {
  return {
    async load(account, now) {
      const texts = [now - dayMs, now].map((time) => readIfPresent(container, `budgets/${budgetName(account, time)}`));
      return (await Promise.all(texts)).flatMap(readBudgetEntries);
    },
    async add(account, entry) {
      const blob = container.getAppendBlobClient(`budgets/${budgetName(account, entry.at)}`);
      await blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: "application/x-ndjson" } });
      const line = `${JSON.stringify(entry)}\n`;
      await blob.appendBlock(line, Buffer.byteLength(line));
    },
  };
}

async function readIfPresent(container: ContainerClient, name: string): Promise<string> {
  try {
    const { readableStreamBody } = await container.getBlobClient(name).download();
    return readableStreamBody === undefined ? "" : await text(readableStreamBody);
  } catch (error) {
    if (statusOf(error) === 404) return "";
    throw error;
  }
}
