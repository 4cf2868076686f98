// Saving a position with 1,000 fingerprints, as every page does, against writing the same bytes without making them safe.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFileStore, writeRecord } from "@socdefenders/shared";
import { summarise } from "./measurement.ts";

// Beside the project and not in the temporary folder, which may be memory only.
const directory = await mkdtemp(join(import.meta.dirname, "../../node_modules/.bench-"));
const store = createFileStore(directory);
const key = { target: "bench", endpoint: "https://feed.example/api/taxii2/", collection: "all" };
const saving: number[] = [];
const writing: number[] = [];
try {
  for (let page = 0; page < 400; page += 1) {
    const cursor = cursorAt(page);
    const start = performance.now();
    await store.save(key, cursor);
    const middle = performance.now();
    await writeFile(join(directory, "plain"), writeRecord(key, cursor));
    saving.push(middle - start);
    writing.push(performance.now() - middle);
  }
} finally {
  await rm(directory, { recursive: true });
}
const p99 = saving.toSorted((a, b) => a - b)[Math.floor(saving.length * 0.99)];
console.log(JSON.stringify({ saving: summarise(saving), writing: summarise(writing), p99 }));

function cursorAt(page: number) {
  const position = `2026-05-01T00:00:00.${String(page).padStart(6, "0")}Z`;
  const fingerprints = Array.from(
    { length: 1000 },
    (_, index) => `${String(page).padStart(6, "_")}${String(index).padStart(6, "_")}`,
  );
  return {
    schema: 2,
    position,
    mode: "backfill",
    settled: position,
    recent: [{ until: position, fingerprints }],
    witnesses: [],
    identities: [],
  };
}
