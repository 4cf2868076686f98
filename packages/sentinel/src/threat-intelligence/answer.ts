import { clean, isTemporary, NetworkError, retryAfterMs, TargetError, type HttpResponse } from "@socdefenders/shared";
import { z } from "zod";

/** What an answer means for the objects of its request. */
export type Verdict =
  /** All are in the store but those whose places are here, with the reason. */
  | { readonly kind: "taken"; readonly refused: ReadonlyMap<number, string> }
  /** Some or all are not in the store; which, the answer does not say. */
  | { readonly kind: "unclear"; readonly reason: string }
  /** Too many requests: nothing was taken, and nothing may go before `waitMs` are over. */
  | { readonly kind: "throttled"; readonly waitMs: number; readonly error: TargetError }
  /** The token is not accepted (any more). */
  | { readonly kind: "unauthorised"; readonly error: TargetError }
  /** Worth another try, after `waitMs` where the service said how long. */
  | { readonly kind: "temporary"; readonly waitMs: number | undefined; readonly error: TargetError }
  | { readonly kind: "failed"; readonly error: TargetError };

/**
 * Reads the answer to a request of `count` objects. Only what the service says is taken counts as taken: an answer of 200 that cannot be
 * read is one that never came, and one that names no object's place leaves all of them open.
 */
export function readAnswer(answer: HttpResponse, count: number, where: string): Verdict {
  const { status } = answer;
  if (status === 200) return readSuccess(answer.text, count, where);
  const text = `${where}: HTTP ${status}${said(answer.text)}`;
  if (count === 0 && isStrangers(answer)) return { kind: "failed", error: failure(text, remedies.stranger) };
  if (status === 429) return { kind: "throttled", waitMs: throttledMs(answer), error: failure(text, remedies.throttled) };
  if (status === 401) return { kind: "unauthorised", error: failure(text, remedies.role) };
  if (status === 400) return readBadRequest(answer.text, count);
  if (status === 413) return { kind: "unclear", reason: "HTTP 413: larger than the upload API takes" };
  if (isTemporary(status)) return { kind: "temporary", waitMs: askedMs(answer), error: failure(text, remedies.busy) };
  const remedy = status === 403 ? remedies.role : status === 404 ? remedies.workspace : remedies.endpoint;
  return { kind: "failed", error: failure(text, remedy) };
}

/** An empty list is not too large, and what the service finds fault with it says in JSON: a proxy's page proves nothing to a check. */
const isStrangers = ({ status, text }: HttpResponse): boolean =>
  status === 413 || (status === 400 && text.trim() !== "" && parseJson(text) === undefined);

/** What a request means that got no answer. Whether the service took it is not known; sent again, an object replaces itself. */
export function readNetworkError(error: NetworkError): Verdict {
  const told = failure(error.message, error.remedy ?? remedies.network, error);
  return error.retryable ? { kind: "temporary", waitMs: undefined, error: told } : { kind: "failed", error: told };
}

function readSuccess(text: string, count: number, where: string): Verdict {
  const errors = text.trim() === "" ? [] : readErrors(text);
  if (errors === undefined) {
    const error = failure(`${where}: HTTP 200 with a body that is not the upload API's`, remedies.stranger);
    return { kind: "temporary", waitMs: undefined, error };
  }
  return placesOf(errors, count);
}

/** Where no object is valid the service may answer 400 instead of 200; a body that names them all says so. */
function readBadRequest(text: string, count: number): Verdict {
  const verdict = placesOf(readErrors(text) ?? [], count);
  if (count > 0 && verdict.kind === "taken" && verdict.refused.size === count) return verdict;
  return { kind: "unclear", reason: `HTTP 400${said(text)}` };
}

function placesOf(errors: readonly RecordError[], count: number): Verdict {
  const refused = new Map<number, string>();
  for (const { recordIndex, errorMessages } of errors) {
    if (recordIndex === undefined || recordIndex < 0 || recordIndex >= count)
      return { kind: "unclear", reason: reasonOf(errors.flatMap((error) => error.errorMessages)) };
    const reason = reasonOf(errorMessages);
    const known = refused.get(recordIndex);
    refused.set(recordIndex, known === undefined ? reason : `${known}; ${reason}`);
  }
  return { kind: "taken", refused };
}

/** Without the value that displeased, which differs from object to object and stands in the dead letter anyway. */
function reasonOf(messages: readonly string[]): string {
  const parts = messages.map((message) => clean(message.replace(/\s*Actual value:.*$/s, ""), 200)).filter((part) => part !== "");
  return parts.length === 0 ? "refused by the upload API without a reason" : parts.join("; ");
}

interface RecordError {
  readonly recordIndex?: number | undefined;
  readonly errorMessages: readonly string[];
}

/**
 * The `errors` of a body, none for an empty object; undefined where the body is no answer of the upload API. What cannot be read of them is
 * an error without a place: something was refused, and asked again the service would say so again.
 */
function readErrors(text: string): readonly RecordError[] | undefined {
  const body = parseJson(text);
  if (body === undefined) return undefined;
  if ("errors" in body) return errorsSchema.parse(body.errors) ?? [];
  return Object.keys(body).length === 0 ? [] : undefined;
}

const errorSchema = z.object({
  recordIndex: z.int().optional().catch(undefined),
  errorMessages: z.array(z.string().catch("")).catch([]),
});

const errorsSchema = z
  .array(errorSchema.catch({ errorMessages: [] }))
  .nullable()
  .catch([{ errorMessages: [] }]);

/** What the service says of itself: `{"message"}`, `{"error":{"code","message"}}` or `{"errors":[…]}`. A proxy's page says nothing. */
function said(text: string): string {
  const body = parseJson(text);
  if (body === undefined) return "";
  const { message, error } = messageSchema.parse(body);
  const [first] = readErrors(text) ?? [];
  const parts = [error?.code, error?.message, message, first && reasonOf(first.errorMessages)];
  const told = clean(parts.filter((part) => part !== undefined && part !== "").join(": "), 400);
  return told === "" ? "" : `: ${told}`;
}

const optionalText = z.string().optional().catch(undefined);
const messageSchema = z.object({
  message: optionalText,
  error: z.object({ code: optionalText, message: optionalText }).optional().catch(undefined),
});

function parseJson(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

const wholeWindowMs = 60_000;
const shortestWaitMs = 1000;

/** `Retry-After`, else the seconds in the message, else the whole minute; a second at least, since zero would knock without a pause. */
function throttledMs(answer: HttpResponse): number {
  const [, seconds] = /try again in (\d{1,6}) seconds?/i.exec(answer.text) ?? [];
  return Math.max(shortestWaitMs, askedMs(answer) ?? (seconds === undefined ? wholeWindowMs : Number(seconds) * 1000));
}

const askedMs = (answer: HttpResponse): number | undefined => retryAfterMs(answer.header("retry-after"), Date.now());

const failure = (message: string, remedy: string, cause?: unknown): TargetError => new TargetError(message, { remedy, cause });

export const remedies = {
  identity:
    "Switch on the managed identity of the host, or check sentinel.client_id (of an application sentinel.tenant_id too, and sentinel.client_secret or sentinel.federated_token_file).",
  role: "Give the identity the role Microsoft Sentinel Contributor on the workspace; a new assignment takes up to 30 minutes to spread. Check sentinel.cloud too.",
  workspace: "Check sentinel.workspace_id: the id of the Log Analytics workspace, not its name, in the cloud of sentinel.cloud.",
  refused: "Check sentinel.workspace_id and sentinel.threat_intelligence_endpoint. Nothing is set aside; the page is sent again.",
  throttled:
    "Look for other programs that upload with the same identity: 100 requests a minute are theirs together. The page is sent again by the next run.",
  busy: "Microsoft Sentinel is busy; run again, the page is sent again.",
  endpoint: "Check sentinel.threat_intelligence_endpoint: scheme and host of the upload API, or nothing for the cloud's own.",
  stranger: "See what answers in the place of Microsoft Sentinel: sentinel.threat_intelligence_endpoint, or a proxy in between.",
  network:
    "Check the way to sentinel.threat_intelligence_endpoint (DNS, proxy, firewall). What was not confirmed is sent again by the next run.",
} as const;
