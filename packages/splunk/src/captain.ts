import { clean, NetworkError, type Logger } from "@socdefenders/shared";
import { z } from "zod";
import type { Splunkd } from "./splunkd.ts";

/**
 * Whether this host is the one that polls: in a search-head cluster every member starts the input, and only the captain may go on, or
 * each event would be there once a member. `GET /services/server/info` lists `shc_captain` and `shc_member` under `server_roles`. A host
 * that does not say is none of a cluster's.
 */
export async function isPollingHost(splunkd: Splunkd, log: Logger, signal: AbortSignal): Promise<boolean> {
  const roles = await readRoles(splunkd, log, signal);
  if (roles.includes("shc_captain") || !roles.includes("shc_member")) return true;
  log.info("not_captain", "this member of the search-head cluster is not its captain: the captain polls, nothing is done here");
  return false;
}

async function readRoles(splunkd: Splunkd, log: Logger, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const { status, text } = await splunkd.get("/services/server/info?output_mode=json", signal);
    const answer = status === 200 ? infoSchema.safeParse(JSON.parse(text)) : undefined;
    if (answer?.success === true) return answer.data.entry.flatMap(({ content }) => content.server_roles);
    log.warn("roles_unknown", `the roles of this host cannot be read (HTTP ${status}): it is taken for one outside of a cluster`);
  } catch (error) {
    if (!(error instanceof NetworkError) && !(error instanceof SyntaxError)) throw error;
    log.warn("roles_unknown", `the roles of this host cannot be read: ${clean(error.message, 300)}`);
  }
  return [];
}

const infoSchema = z.object({ entry: z.array(z.object({ content: z.object({ server_roles: z.array(z.string()).default([]) }) })) });
