import type { Connector, Destination, Host, Mapping, Target } from "@socdefenders/shared";
import type { z } from "zod";

export const targetKinds = ["splunk", "sentinel", "opencti"] as const;
export type TargetKind = (typeof targetKinds)[number];

/** An opened target with its mapping, whatever its items are. */
type OpenedTarget = Target<unknown> & { readonly map: Mapping<unknown> };

/** Opens a configured target. */
export interface OpenTarget {
  (host: Host): OpenedTarget;
  readonly kind: TargetKind;
  /** What goes behind the instance's name; absent for a connector's first destination. */
  readonly suffix?: string | undefined;
}

/** Checks one section of the configuration and gives what opens each of its destinations. Throws ConfigurationError. */
type ParseTarget = (section: unknown, path: string) => readonly OpenTarget[];

interface LoadedConnector {
  readonly parse: ParseTarget;
  /** The section as it is written. */
  readonly schema: z.ZodObject;
}

/** Loads a connector when it is needed: each brings a heavy SDK of its own, and most runs use one. */
export async function loadConnector(kind: TargetKind): Promise<LoadedConnector> {
  switch (kind) {
    case "splunk":
      return erase(kind, (await import("@socdefenders/splunk")).splunk);
    case "sentinel":
      return erase(kind, (await import("@socdefenders/sentinel")).sentinel);
    case "opencti":
      return erase(kind, (await import("@socdefenders/opencti")).opencti);
  }
}

/** Forgets a connector's own configuration type: it never meets that of another one. */
function erase<Config>(kind: TargetKind, connector: Connector<Config>): LoadedConnector {
  const parse: ParseTarget = (section, path) =>
    connector.destinations(connector.parseConfig(section, path)).map((destination: Destination<unknown>) => {
      const { map, suffix } = destination;
      return Object.assign((host: Host) => ({ ...destination.open(host), map }), { kind, suffix });
    });
  return { parse, schema: connector.schema };
}
