import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PositionError, replaceFile, TargetError } from "@socdefenders/shared";
import { z } from "zod";
import type { ReportKey } from "./report.ts";

/** What became of an article that some object named. */
type KnownArticle =
  | { readonly kind: "delivered"; readonly report: ReportKey }
  | { readonly kind: "unavailable"; readonly reason: string }
  /** To be asked for again; `refs` are the objects that named it. */
  | { readonly kind: "pending"; readonly refs: readonly string[] };

/** What is known of articles, over runs: each is fetched once, and one that could not be read is not forgotten. */
export interface ArticleMemory {
  get(id: string): KnownArticle | undefined;
  set(id: string, known: KnownArticle): void;
  /** The pending ones, those that were tried longest ago first. */
  pending(): readonly string[];
  /** For a platform that holds nothing any more. */
  forget(): void;
  /** Resolves when it is on the disk; nothing is written where nothing changed. Throws TargetError. */
  save(): Promise<void>;
}

/** What is remembered at most. An article that fell out is fetched once more, and its report stays one. */
const mostArticles = 5000;

/** The memory of one connector in a file of the state directory. Throws PositionError where there is one that cannot be read. */
export async function openArticleMemory(
  directory: string,
  connectorId: string,
  most: number = mostArticles,
): Promise<ArticleMemory> {
  const fileName = `articles-${connectorId}.json`;
  const known = new Map(await load(join(directory, fileName)));
  let isSaved = true;
  return {
    get: (id) => known.get(id),
    set(id, article) {
      isSaved = false;
      known.delete(id);
      known.set(id, article);
      if (known.size > most) known.delete(leastNeeded(known));
    },
    pending: () => [...known].flatMap(([id, { kind }]) => (kind === "pending" ? [id] : [])),
    forget() {
      isSaved &&= known.size === 0;
      known.clear();
    },
    async save() {
      if (isSaved) return;
      const content = JSON.stringify({ schema: 1, articles: [...known] });
      await replaceFile(directory, fileName, content).catch((cause: Error) => {
        throw new TargetError(`what is known of articles could not be saved in ${directory}: ${cause.message}`, {
          remedy: "Make the state directory writable and see that the disk has room.",
          cause,
        });
      });
      isSaved = true;
    },
  };
}

/** The oldest one that is settled; a pending one only where all are. */
function leastNeeded(known: ReadonlyMap<string, KnownArticle>): string {
  for (const [id, { kind }] of known) if (kind !== "pending") return id;
  return known.keys().next().value ?? "";
}

const articleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("delivered"), report: z.object({ name: z.string(), published: z.string() }) }),
  z.object({ kind: z.literal("unavailable"), reason: z.string() }),
  z.object({ kind: z.literal("pending"), refs: z.array(z.string()) }),
]);
const fileSchema = z.object({ schema: z.literal(1), articles: z.array(z.tuple([z.string(), articleSchema])) });

async function load(path: string): Promise<readonly (readonly [string, KnownArticle])[]> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, "utf8"))).articles;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new PositionError(`${path} cannot be read: ${(cause as Error).message}`, {
      remedy: "Remove the file: articles are then fetched once more, and their reports stay the same.",
      cause,
    });
  }
}
