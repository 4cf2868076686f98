import type { Connector, Host, Mapping, Target } from "@socdefenders/shared";

export const targetKinds = ["splunk", "sentinel", "opencti"] as const;
export type TargetKind = (typeof targetKinds)[number];

/** An opened target with its mapping, whatever its items are. */
type OpenedTarget = Target<unknown> & { readonly map: Mapping<unknown> };

/** Opens a configured target. */
export interface OpenTarget {
  (host: Host): OpenedTarget;
  readonly kind: TargetKind;
}

/** Checks one section of the configuration and gives what opens it. Throws ConfigurationError. */
export type ParseTarget = (section: unknown, path: string) => OpenTarget;

/** Loads a connector when it is needed: each brings a heavy SDK of its own, and most runs use one. */
export async function loadConnector(kind: TargetKind): Promise<ParseTarget> {
  switch (kind) {
    case "splunk":
      return erase(kind, (await import("@socdefenders/splunk")).splunk);
    case "sentinel":
      return erase(kind, (await import("@socdefenders/sentinel")).sentinel);
    case "opencti":
      return erase(kind, (await import("@socdefenders/opencti")).opencti);
  }
}

/** Forgets a connector's own types: its config and its items never meet those of another one. */
function erase<Config, Item>(kind: TargetKind, connector: Connector<Config, Item>): ParseTarget {
  return (section, path) => {
    const config = connector.parseConfig(section, path);
    const open = (host: Host): OpenedTarget => ({ ...connector.open(config, host), map: connector.map });
    return Object.assign(open, { kind });
  };
}
