import { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { commandWords } from "../errors/host-words.ts";
import { printable, type HttpResponse } from "../http/request.ts";
import { clean } from "../log/clean.ts";

/**
 * The error an answer other than 200 stands for. Two bodies are known: the vendor's `{error: {code, message, details, request_id}}`
 * and the TAXII error resource (TAXII 2.1 §3.6.1); anything else, HTML of a gateway for instance, costs only the details.
 * `remedies` are an endpoint's own, by the vendor's code.
 */
export function answerError(response: HttpResponse, url: URL, remedies: ReadonlyMap<string, string> = new Map()): FeedError {
  const { status } = response;
  const body = readErrorBody(response.text);
  const { code, message, requestId, details } = body;
  const said = [message, requestId && `request ${requestId}`].filter(Boolean).join(", ");
  const meaning = [`HTTP ${status}`, meanings[status], code && `(${clean(code, 60)})`].filter(Boolean).join(" ");
  return new FeedError(`GET ${printable(url)}: ${meaning}${said === "" ? "" : `: ${clean(said, 300)}`}`, {
    remedy: remedies.get(code ?? "") ?? remedyFor(status, body),
    status,
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
    ...(details !== undefined && { details }),
  });
}

const meanings: Readonly<Record<number, string>> = {
  400: "the feed refused the request",
  401: "the feed does not know this key",
  403: "the key is valid but may not read this",
  404: "not there, or not for this key",
  406: "the server does not speak TAXII 2.1",
  410: "no longer there",
  429: "too many requests",
};

function remedyFor(status: number, { requiredScope = "read:stix", upgradeUrl }: ErrorBody): string {
  switch (status) {
    case 401:
      return "Check feed.api_key and feed.auth: expired, mistyped, or of another account.";
    case 403:
      return `The plan of this key does not include the TAXII feed: use a key with the scope ${clean(requiredScope, 60)}${upgradeUrl === undefined ? "" : `, or upgrade at ${clean(upgradeUrl, 200)}`}.`;
    case 404:
      return `Check feed.endpoint and feed.collections: ${commandWords.listCollections}.`;
    case 429:
      return "Another client may be using the same key; wait and run again, the position is saved.";
    default:
      return status >= 500 ? "The feed has trouble; run again later, the position is saved." : "Check feed.endpoint.";
  }
}

interface ErrorBody {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  readonly requiredScope?: string | undefined;
  readonly upgradeUrl?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

function readErrorBody(text: string): ErrorBody {
  try {
    const body = errorBodySchema.parse(JSON.parse(text));
    return {
      code: body.error?.code ?? body.error_code,
      message: body.error?.message ?? body.title ?? body.description,
      requestId: body.error?.request_id ?? body.error_id,
      requiredScope: body.error?.details?.required_scope,
      upgradeUrl: body.error?.details?.upgrade_url,
      details: body.error?.details,
    };
  } catch {
    // Not one of the two known bodies: the status alone has to do.
    return {};
  }
}

const text = z.string().optional().catch(undefined);

const errorBodySchema = z.object({
  error: z
    .object({
      code: text,
      message: text,
      request_id: text,
      details: z.looseObject({ required_scope: text, upgrade_url: text }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  title: text,
  description: text,
  error_code: text,
  error_id: text,
});
