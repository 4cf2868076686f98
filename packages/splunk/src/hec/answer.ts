import { clean, isTemporary, TargetError, type HttpResponse } from "@socdefenders/shared";
import { z } from "zod";

/** What an answer of the HTTP Event Collector means for the request it belongs to. */
export type Verdict =
  /** Taken; `isFilling` asks for slower sending, `ackId` is there where the token has indexer acknowledgement. */
  | { readonly kind: "accepted"; readonly ackId: number | undefined; readonly isFilling: boolean }
  /** The event at this zero-based place will never be taken; where HEC names no place, it is one of them. */
  | { readonly kind: "event-refused"; readonly place: number | undefined; readonly reason: string }
  | { readonly kind: "too-large" }
  | { readonly kind: "no-data" }
  /** The content encoding is not taken: send without gzip. */
  | { readonly kind: "encoding-refused"; readonly error: TargetError }
  /** The token has acknowledgement and wants a channel, or another one than it got. */
  | { readonly kind: "channel-wanted"; readonly error: TargetError }
  /** The token has no acknowledgement: send without a channel. */
  | { readonly kind: "channel-unwanted"; readonly error: TargetError }
  /** The same request may be taken later. */
  | { readonly kind: "busy"; readonly error: TargetError }
  | { readonly kind: "failed"; readonly error: TargetError };

// Codes as Splunk documents them under "Troubleshoot HTTP Event Collector". 24 and 25 warn that a queue fills; the events are taken.
const acceptedCodes = new Set([0, 24, 25]);
const eventCodes = new Set([6, 12, 13, 15]);
const channelCodes = new Set([10, 11]);
const busyCodes = new Set([8, 9, 18, 19, 20, 23, 26, 27]);

const enableToken = "The HEC token is disabled: enable it in Settings > Data inputs > HTTP Event Collector.";
const unknownToken = "Check splunk.token: Splunk does not know this HEC token.";
const advice: Readonly<Record<number, string>> = {
  1: enableToken,
  2: "Give splunk.token.",
  3: "Check splunk.token: Splunk did not understand the Authorization header.",
  4: unknownToken,
  7: "Check splunk.index: it does not exist, or the token may not write to it.",
  10: "The token has indexer acknowledgement on: set acknowledgement to auto, or turn it off for this token.",
  14: "The token has no indexer acknowledgement: turn it on for this token, or set acknowledgement to auto.",
  16: "Remove what lies between and moves the token into the query of the address.",
  21: unknownToken,
  22: enableToken,
};

/** Reads an answer by HEC code first and HTTP status second; `where` names the request in messages. */
export function readAnswer({ status, text }: Pick<HttpResponse, "status" | "text">, where: string): Verdict {
  const answer = parseAnswer(text);
  const code = answer?.code ?? -1;
  if (status === 200 && acceptedCodes.has(code)) return { kind: "accepted", ackId: answer?.ackId, isFilling: code !== 0 };
  if (status === 413) return { kind: "too-large" };
  if (status === 400 && code === 5) return { kind: "no-data" };
  if (status === 400 && answer !== undefined && eventCodes.has(code)) {
    return { kind: "event-refused", place: answer.eventNumber, reason: `HEC code ${code}: ${clean(answer.text, 200)}` };
  }
  return { kind: kindOfError(status, code), error: toError(status, answer, where) };
}

function kindOfError(status: number, code: number) {
  if (status === 415) return "encoding-refused";
  if (status === 400 && channelCodes.has(code)) return "channel-wanted";
  if (status === 400 && code === 14) return "channel-unwanted";
  return isTemporary(status) || (status !== 200 && busyCodes.has(code)) ? "busy" : "failed";
}

function toError(status: number, answer: Answer | undefined, where: string): TargetError {
  const said = answer === undefined ? "no answer of an HTTP Event Collector" : `code ${answer.code}, ${clean(answer.text, 200)}`;
  return new TargetError(`${where}: HTTP ${status}: ${said}`, { remedy: advice[answer?.code ?? -1] ?? remedyForStatus(status) });
}

function remedyForStatus(status: number): string {
  if (isTemporary(status)) return "Splunk is busy or restarting; run again, the page is sent again.";
  return "Check splunk.endpoint: it must be the HTTP Event Collector (default port 8088), enabled, with no other service before it.";
}

interface Answer {
  readonly code: number;
  readonly text: string;
  readonly eventNumber: number | undefined;
  readonly ackId: number | undefined;
}

function parseAnswer(text: string): Answer | undefined {
  try {
    const { code, text: message, "invalid-event-number": eventNumber, ackId } = answerSchema.parse(JSON.parse(text));
    return { code, text: message, eventNumber, ackId };
  } catch {
    // HTML of a load balancer, or nothing: not an answer of HEC.
    return undefined;
  }
}

const answerSchema = z.object({
  code: z.int(),
  text: z.string().default(""),
  "invalid-event-number": z.int().nonnegative().optional(),
  ackId: z.int().nonnegative().optional(),
});
