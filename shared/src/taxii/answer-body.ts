import { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { printable } from "../http/request.ts";
import { clean } from "../log/clean.ts";

/** The body of an answer, checked; `what` says what was expected. Throws FeedError that shows how the body begins where it is not JSON. */
export function parseBody<T>(text: string, schema: z.ZodType<T>, what: string, url: URL): T {
  const where = `GET ${printable(url)}`;
  const remedy = "Check feed.endpoint and the proxies on the way; if they are right, ask the feed's operator. Nothing was skipped.";
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new FeedError(`${where}: expected ${what}, got something that is not JSON (starts ${JSON.stringify(clean(text, 60))})`, {
      remedy,
      cause,
    });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  // A hostile body may have millions of them.
  const first = new z.ZodError(parsed.error.issues.slice(0, 1));
  throw new FeedError(`${where}: expected ${what}: ${z.prettifyError(first)}`, { remedy });
}
