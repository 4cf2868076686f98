import { clean, isTemporary, TargetError, type HttpResponse } from "@socdefenders/shared";
import { z } from "zod";

/** What an answer of the HTTP Event Collector means for the batch it belongs to. */
export type Verdict =
  | { readonly kind: "accepted" }
  /** The event at this zero-based place of the batch will never be taken; the others may be. */
  | { readonly kind: "event-refused"; readonly place: number; readonly reason: string }
  | { readonly kind: "too-large" }
  | { readonly kind: "failed"; readonly error: TargetError };

// Codes as Splunk documents them (Troubleshoot HTTP Event Collector); 24 and 25 warn that a queue fills, the events are taken.
const acceptedCodes = new Set([0, 24, 25]);
const eventCodes = new Set([6, 12, 13, 15]);

const advice: Readonly<Record<number, string>> = {
  1: "The HEC token is disabled: enable it in Settings > Data inputs > HTTP Event Collector.",
  2: "Give splunk.token.",
  3: "Check splunk.token: Splunk did not understand the Authorization header.",
  4: "Check splunk.token: Splunk does not know this HEC token.",
  7: "Check splunk.index: the index does not exist, or the token may not write to it.",
  10: "The token has indexer acknowledgement on, which this version does not use: turn it off for this token.",
  21: "Check splunk.token: Splunk does not know this HEC token.",
  22: "The HEC token is disabled: enable it in Settings > Data inputs > HTTP Event Collector.",
};

export function readAnswer({ status, text }: HttpResponse, where: string): Verdict {
  const answer = parseAnswer(text);
  if (status === 200 && answer !== undefined && acceptedCodes.has(answer.code)) return { kind: "accepted" };
  if (status === 413) return { kind: "too-large" };
  if (status === 400 && answer !== undefined && eventCodes.has(answer.code) && answer.eventNumber !== undefined) {
    return { kind: "event-refused", place: answer.eventNumber, reason: `HEC code ${answer.code}: ${clean(answer.text, 200)}` };
  }
  const said = answer === undefined ? "no answer of an HTTP Event Collector" : `code ${answer.code}, ${clean(answer.text, 200)}`;
  const remedy = advice[answer?.code ?? -1] ?? remedyForStatus(status);
  return { kind: "failed", error: new TargetError(`${where}: HTTP ${status}: ${said}`, { remedy }) };
}

function remedyForStatus(status: number): string {
  if (isTemporary(status)) return "Splunk is busy or restarting; run again, the page is sent again.";
  return "Check splunk.endpoint: it must be the HTTP Event Collector (default port 8088), enabled, with no other service before it.";
}

function parseAnswer(text: string): { code: number; text: string; eventNumber: number | undefined } | undefined {
  try {
    const { code, text: message, "invalid-event-number": eventNumber } = answerSchema.parse(JSON.parse(text));
    return { code, text: message, eventNumber };
  } catch {
    // HTML of a load balancer, or nothing: not an answer of HEC.
    return undefined;
  }
}

const answerSchema = z.object({ code: z.number(), text: z.string().default(""), "invalid-event-number": z.number().optional() });
