import { FeedError } from "../errors/feed-error.ts";
import type { HttpResponse } from "../http/request.ts";
import { clean } from "../log/clean.ts";
import type { Logger } from "../log/logger.ts";
import type { Finding, Look } from "../pipeline/contract.ts";
import { exportCollection } from "../vendor/stix-export-client.ts";
import type { BudgetStore } from "./budget-store.ts";
import { createTaxiiClient, type TaxiiClient } from "./client.ts";
import { startTime, type FeedConfig } from "./config.ts";
import { readKeySpending } from "./key-spending.ts";
import { isLookBackRefusal } from "./look-back.ts";
import { readRateHeaders, serverTime } from "./rate-headers.ts";
import type { Collection } from "./resources.ts";
import type { SendToFeed } from "./send.ts";

export interface FeedExamination {
  readonly config: FeedConfig;
  readonly send: SendToFeed;
  readonly budgets: BudgetStore | undefined;
  readonly log: Logger;
  /** What a feed that is no TAXII server lists; asking proves address and key. */
  readonly listExport: ((send: SendToFeed, signal: AbortSignal) => Promise<unknown>) | undefined;
  /** The collections that the configuration chose of those that are listed. Throws as Feed.chosenCollections does. */
  readonly choose: (listed: readonly Collection[]) => readonly Collection[];
}

interface Answered {
  readonly response: HttpResponse;
  /** Middle of the request by this machine's clock, in epoch milliseconds. */
  readonly at: number;
}

/**
 * Looks at the address, the key, each chosen collection as far back as `feed.start`, the two clocks and the key's budget. Every collection
 * and the last two are looked at whatever went wrong before. Throws the first FeedError or ConfigurationError.
 */
export async function examineFeed(examination: FeedExamination, look: Look, signal: AbortSignal): Promise<void> {
  let last: Answered | undefined;
  const send: SendToFeed = async (request, how) => {
    const started = Date.now();
    const response = await examination.send(request, how);
    last = { response, at: (started + Date.now()) / 2 };
    return response;
  };
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>): Promise<unknown> => work.catch((error: unknown) => failures.push(error));
  const { listExport } = examination;
  if (listExport === undefined) await attempt(examineTaxii({ ...examination, send }, look, signal));
  else await attempt(look("export", () => examineExport(listExport(send, signal))));
  signal.throwIfAborted();
  if (last !== undefined) await attempt(look("clock", async () => readClock(last as Answered)));
  await attempt(look("budget", () => examineBudget(examination, last)));
  if (failures.length > 0) throw failures[0];
}

async function examineTaxii({ config, send, log, choose }: FeedExamination, look: Look, signal: AbortSignal): Promise<void> {
  const client = createTaxiiClient(config, send, log);
  await look("discovery", async () => {
    const { title } = await client.discovery(signal);
    return { message: `${title === undefined ? "a TAXII server" : clean(title, 100)} at ${config.endpoint.host}` };
  });
  let listed: readonly Collection[] = [];
  await look("key", async () => {
    listed = await client.collections(signal);
    const readable = listed.filter(({ can_read }) => can_read).length;
    return { message: `accepted${await rootName(client, signal)}; may read ${readable} of ${listed.length} collections` };
  });
  let chosen: readonly Collection[] = [];
  await look("collections", async () => {
    chosen = choose(listed);
    return { message: chosen.map(({ id }) => clean(id, 100)).join(", ") };
  });
  const failures: unknown[] = [];
  for (const collection of chosen) {
    const looking = look("collection", () => examineCollection(client, collection, config, signal));
    await looking.catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** What the API root says of itself, the plan for instance, where the server has one to ask. */
async function rootName(client: TaxiiClient, signal: AbortSignal): Promise<string> {
  try {
    const { title, description } = await client.apiRoot(signal);
    const said = [title, description].filter((text) => text !== undefined && text !== "").join(": ");
    return said === "" ? "" : ` by ${clean(said, 200)}`;
  } catch (error) {
    if (error instanceof FeedError && error.status === 404) return "";
    throw error;
  }
}

const smallestPage = 10;

async function examineCollection(
  client: TaxiiClient,
  { id }: Collection,
  { start }: FeedConfig,
  signal: AbortSignal,
): Promise<Finding> {
  const addedAfter = startTime(start, Date.now());
  try {
    const { objects } = await client.objects(id, { addedAfter, limit: smallestPage }, signal);
    const what = objects.length === 0 ? "readable, with nothing in it" : "readable";
    return { message: `${clean(id, 100)} is ${what} since ${addedAfter.slice(0, 19)} (feed.start: ${start})` };
  } catch (error) {
    if (!isLookBackRefusal(error)) throw error;
    return {
      message: `${clean(id, 100)} is readable, not as far back as feed.start: ${error.message}`,
      remedy: "Set feed.start to a later time, P30D for instance; else the first run begins where the feed's look-back does.",
    };
  }
}

async function examineExport(listing: Promise<unknown>): Promise<Finding> {
  await listing;
  return { message: `the key may read the ${exportCollection.title}` };
}

const largestSkewMs = 60_000;
// HTTP dates are cut to the second.
const cutMs = 500;

function readClock({ response, at }: Answered): Finding {
  if (response.header("date") === undefined || Number(response.header("age") ?? 0) > 0)
    return { message: "the feed does not tell its time" };
  const skewMs = serverTime(response, at) + cutMs - at;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= largestSkewMs) return { message: `this machine's clock and the feed's are ${seconds} s apart` };
  return {
    message: `this machine's clock is ${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} the feed's`,
    remedy: "Set this machine's clock by NTP: start times, ages and waits are reckoned by it.",
  };
}

const warningShare = 0.8;

async function examineBudget({ config, budgets }: FeedExamination, last: Answered | undefined): Promise<Finding> {
  const now = Date.now();
  const { limit, remaining } = last === undefined ? {} : readRateHeaders(last.response, now);
  const minute =
    limit === undefined
      ? `the feed names no limit, ${config.requestsPerMinute} units a minute are kept to`
      : `${limit} units a minute${remaining === undefined ? "" : `, ${remaining} left of this one`}`;
  if (budgets === undefined) return { message: `${minute}; no account of the day yet` };
  const { spent, perDay, notBefore } = await readKeySpending(config, budgets, now);
  const message = `${minute}; ${Math.round(spent)} of ${perDay} spent in 24 hours`;
  if (notBefore !== undefined) {
    const until = new Date(notBefore).toISOString();
    return {
      message: `${message}; the feed asked to be left alone until ${until}`,
      remedy: "Wait until then: a run would wait too.",
    };
  }
  if (spent < perDay * warningShare) return { message };
  return { message, remedy: "Raise feed.requests_per_day if the plan allows more, or see what else uses the key." };
}
