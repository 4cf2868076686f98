import { registerHooks } from "node:module";
import type { Defect } from "../plan.ts";

/** Replaces source text as it is loaded. Throws where the text is not there any more, or the defect would be none. */
export function plantDefects(defects: readonly Defect[]): void {
  if (defects.length === 0) return;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const found = defects.filter(({ file }) => url.endsWith(file));
      if (found.length === 0) return loaded;
      return { ...loaded, source: found.reduce(plant, Buffer.from(loaded.source as Uint8Array).toString()) };
    },
  });
}

function plant(source: string, { file, text, replacement }: Defect): string {
  if (!source.includes(text)) throw new Error(`${file} has changed: there is no ${text} in it`);
  return source.replace(text, () => replacement);
}
