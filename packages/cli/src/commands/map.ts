import { ConfigurationError, parseStixObject, type Mapping } from "@socdefenders/shared";
import { readText } from "../terminal/input.ts";
import type { Terminal } from "../terminal/terminal.ts";

export const mapTargets = ["splunk", "sentinel", "sentinel-ti", "opencti"] as const;
export type MapTarget = (typeof mapTargets)[number];

export interface MapFlags {
  readonly target: MapTarget;
  readonly collection: string;
}

/** Maps a STIX bundle, a TAXII envelope or NDJSON to a target's records, one JSON object a line. No network, no position. */
export async function map(file: string | undefined, flags: MapFlags, terminal: Terminal): Promise<void> {
  const mapping = await loadMapping(flags.target);
  const text = (await readText(file, terminal)).replace(/^\ufeff/, "");
  const lines: string[] = [];
  for (const content of readObjects(text)) {
    const parsed = parseStixObject(content);
    if (parsed.kind === "unreadable") {
      terminal.log.warn("unreadable", parsed.reason);
      continue;
    }
    const mapped = mapping(parsed.object, { collection: flags.collection });
    if (mapped.kind === "skipped") terminal.log.info("skipped", mapped.reason, { id: parsed.object.id });
    else {
      if (mapped.withheld)
        terminal.log.info("withheld", "values without a record", { id: parsed.object.id, reasons: mapped.withheld });
      lines.push(...mapped.items.map((item) => `${JSON.stringify(item)}\n`));
    }
  }
  await terminal.print(lines.join(""));
}

async function loadMapping(target: MapTarget): Promise<Mapping<unknown>> {
  switch (target) {
    case "splunk":
      return (await import("@socdefenders/splunk")).map;
    case "sentinel":
      return (await import("@socdefenders/sentinel")).map;
    case "sentinel-ti":
      return (await import("@socdefenders/sentinel")).mapThreatIntelligence;
    case "opencti":
      return (await import("@socdefenders/opencti")).map;
  }
}

/** The objects of a bundle or an envelope, of a list, a single object, or one object a line (a feed record's `object` included). */
function readObjects(text: string): readonly unknown[] {
  const whole = parseJson(text);
  if (whole !== undefined) return membersOf(whole);
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const content = parseJson(line);
    if (content === undefined) {
      throw new ConfigurationError(`line ${index + 1}: not JSON`, {
        remedy: "Give a STIX bundle, a TAXII envelope, or one JSON object a line.",
      });
    }
    return membersOf(content);
  });
}

function membersOf(content: object): readonly unknown[] {
  if (Array.isArray(content)) return content;
  const { type, objects, object } = content as { type?: unknown; objects?: unknown; object?: unknown };
  if (Array.isArray(objects) && (type === undefined || type === "bundle")) return objects;
  if (type !== undefined) return [content];
  // Without `type`: a feed record, or an envelope whose page is empty (TAXII 2.1 §3.7).
  return typeof object === "object" ? [object] : "more" in content || Object.keys(content).length === 0 ? [] : [content];
}

function parseJson(text: string): object | undefined {
  try {
    const content = JSON.parse(text) as unknown;
    return typeof content === "object" && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}
