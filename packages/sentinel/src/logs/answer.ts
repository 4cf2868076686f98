import type { RestError } from "@azure/core-rest-pipeline";
import type { AggregateLogsUploadError } from "@azure/monitor-ingestion";
import { clean, isTemporary, retryAfterMs, TargetError } from "@socdefenders/shared";
import { z } from "zod";
import { TokenError } from "../token-error.ts";
import type { Verdict } from "./delivery.ts";
import { remedies } from "./remedies.ts";

/** Reads what the client threw; an error that is neither the service's, the network's nor the identity's is thrown on. */
export function readFailure(thrown: unknown, where: string): Verdict {
  const cause = causeOf(thrown);
  if (!(cause instanceof Error)) throw thrown;
  if (cause.name === "TimeoutError") return temporary(undefined, `${where}: no answer in time`, remedies.busy, cause);
  // The identity's own client has tried several times already.
  if (cause instanceof TokenError) return failed(`no token for ${where}: ${cause.message}`, remedies.identity, cause);
  if (cause.name === "RestError") return readRestError(cause, where);
  throw cause;
}

/**
 * The same for the empty list of a check: it is not too large, and what the service finds fault with it says in JSON. A proxy's page
 * proves nothing.
 */
export function readProbeFailure(thrown: unknown, where: string): Verdict {
  const verdict = readFailure(thrown, where);
  if (verdict.kind !== "too-large" && (verdict.kind !== "items-refused" || !isPage(thrown))) return verdict;
  const status = verdict.kind === "too-large" ? "HTTP 413" : "HTTP 400";
  return failed(`${where}: ${status}, which is not the service's answer to an empty list`, remedies.stranger, thrown);
}

function isPage(thrown: unknown): boolean {
  const text = (thrown as RestError).response?.bodyAsText ?? "";
  return text.trim() !== "" && !/^\s*\{/.test(text);
}

// The message of AggregateLogsUploadError says nothing; what happened is in the cause of its first failure. There is but one, since a
// chunk is one request.
function causeOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown.name !== "AggregateLogsUploadError") return thrown;
  return (thrown as AggregateLogsUploadError).errors[0]?.cause;
}

function readRestError(error: RestError, where: string): Verdict {
  const { statusCode: status } = error;
  if (status === undefined) return readNetworkError(error, where);
  const { code, message } = answerOf(error);
  if (status === 413 || code === "ReadyBody_ClientConnectionAbort") return { kind: "too-large" };
  const said = clean(withoutToken([code, message].filter((part) => part !== "").join(": "), error), 400);
  const text = `${where}: HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  if (isTemporary(status)) return temporary(askedWait(error), text, remedies.busy, error);
  // Also a 200: who answers so is not the service, which says 204, and has stored nothing.
  if (status !== 400) return failed(text, remedyFor(status), error);
  if (code === "RecordsTimeRangeIsMoreThan30Minutes") return failed(text, remedies.transformation, error);
  if (/stream|version|rule|dcr/i.test(code)) return failed(text, remedies.rule, error);
  return { kind: "items-refused", reason: `HTTP 400: ${said}` };
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return remedies.role;
  return status === 404 ? remedies.rule : remedies.endpoint;
}

function readNetworkError(error: RestError, where: string): Verdict {
  const code = error.code ?? "";
  const text = `${where}: ${clean(error.message, 400)}`;
  if (/CERT|VERIFY|SELF_SIGNED|ALTNAME/.test(code)) return failed(text, remedies.certificate, error);
  return temporary(undefined, text, code === "ENOTFOUND" ? remedies.name : remedies.network, error);
}

/** Code and text of `{"error":{"code","message"}}`; of a body that is something else, what the SDK made of it. */
function answerOf({ code, message, response }: RestError): { code: string; message: string } {
  try {
    return answerSchema.parse(JSON.parse(response?.bodyAsText ?? "")).error;
  } catch {
    // A proxy's page, or nothing: the status and the header are all there is.
    const header = response?.headers.get("x-ms-error-code");
    return { code: code ?? header ?? "", message: message.startsWith("Unexpected status code") ? "" : message };
  }
}

/** What an answer echoes of the request must not reach a log or a dead letter. */
function withoutToken(text: string, { request, response }: RestError): string {
  const token = (request ?? response?.request)?.headers.get("authorization")?.split(" ").at(-1) ?? "";
  return token === "" ? text : text.replaceAll(token, "[redacted]");
}

const answerSchema = z.object({ error: z.object({ code: z.string().default(""), message: z.string().default("") }) });

function askedWait({ response }: RestError): number | undefined {
  const milliseconds = response?.headers.get("retry-after-ms") ?? response?.headers.get("x-ms-retry-after-ms");
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  return retryAfterMs(response?.headers.get("retry-after"), Date.now());
}

const failed = (message: string, remedy: string, cause: unknown): Verdict => ({
  kind: "failed",
  error: new TargetError(message, { remedy, cause }),
});

const temporary = (waitMs: number | undefined, message: string, remedy: string, cause: unknown): Verdict => ({
  kind: "temporary",
  waitMs,
  error: new TargetError(message, { remedy, cause }),
});
