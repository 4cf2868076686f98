import { ConfigurationError, type Environment } from "@socdefenders/shared";

/** Variables by their names in the environment, each undefined where it is not set. Throws ConfigurationError on a value of the wrong kind. */
export interface Reader {
  text(name: string): string | undefined;
  /** Comma-separated, or a YAML list. */
  list(name: string): readonly string[] | undefined;
  /** The words that other OpenCTI connectors take, and no others. */
  flag(name: string): boolean | undefined;
  number(name: string): number | undefined;
  /** Throws one ConfigurationError that names all of them that are not set. */
  demand(...names: readonly string[]): void;
}

/** Looks in the environment, then in config.yml: `CONNECTOR_LOG_LEVEL` is there `log_level` of the section `connector`. */
export function createReader(environment: Environment, file: unknown): Reader {
  function text(name: string): string | undefined {
    const [, section = "", key = ""] = /^([A-Z]+)_(.+)$/.exec(name) ?? [];
    const fromEnvironment = environment[name]?.trim() ?? "";
    const value =
      fromEnvironment === "" ? written(member(member(file, section.toLowerCase()), key.toLowerCase())) : fromEnvironment;
    return value === "" ? undefined : value;
  }

  return {
    text,
    list: (name) =>
      text(name)
        ?.split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ""),
    flag(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (["yes", "true", "True"].includes(value)) return true;
      if (["no", "false", "False"].includes(value)) return false;
      throw new ConfigurationError(`${name}: ${value} is neither true nor false`, { remedy: "Write true or false." });
    },
    number(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value);
      throw new ConfigurationError(`${name}: ${value} is not a number`, { remedy: "Write digits only." });
    },
    demand(...names) {
      const missing = names.filter((name) => text(name) === undefined);
      if (missing.length === 0) return;
      throw new ConfigurationError(`not set: ${missing.join(", ")}`, { remedy: "Set each in the environment or in config.yml." });
    },
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(",");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value).trim() : "";
}
