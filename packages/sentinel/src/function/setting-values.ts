import { ConfigurationError, type Environment } from "@socdefenders/shared";
import { settingNames } from "./setting-names.ts";

/** The settings of a section under the names of its keys; only those that are set. */
export function readSection(section: "feed" | "filter" | "sentinel", environment: Environment): Record<string, unknown> {
  const entries = Object.entries(settingNames)
    .filter(([key]) => key.startsWith(`${section}.`))
    .map(([key, setting]) => [key.slice(section.length + 1), parseValue(setting, readSetting(environment, setting))]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, unknown>;
}

const lists = new Set<string>([
  "SOCDEFENDERS_COLLECTIONS",
  "SOCDEFENDERS_TRUSTED_HOSTS",
  "SOCDEFENDERS_INDICATOR_TYPES",
  "SOCDEFENDERS_IOC_TYPES",
  "SOCDEFENDERS_LABELS",
  "SOCDEFENDERS_EXCLUDE",
  "SENTINEL_DESTINATIONS",
]);

const numbers = new Set<string>([
  "SOCDEFENDERS_PAGE_SIZE",
  "SOCDEFENDERS_REQUESTS_PER_MINUTE",
  "SOCDEFENDERS_REQUESTS_PER_DAY",
  "SOCDEFENDERS_MIN_CONFIDENCE",
]);

function parseValue(setting: string, value: string | undefined): unknown {
  if (value === undefined) return undefined;
  if (numbers.has(setting)) return parseNumber(setting, value);
  const isMap = setting === "SENTINEL_TI_LIFETIME_DAYS";
  if (!isMap && !lists.has(setting)) return value;
  const parts = value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length === 0) return undefined;
  return isMap ? Object.fromEntries(parts.map((part) => parsePair(setting, part))) : parts;
}

function parseNumber(setting: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new ConfigurationError(`${setting}: not a number: ${text}`, { remedy: `Write ${setting} in digits alone.` });
}

function parsePair(setting: string, text: string): readonly [string, number] {
  const parts = text.split("=").map((part) => part.trim());
  const [name = "", days = ""] = parts;
  if (name !== "" && parts.length === 2) return [name, parseNumber(`${setting}: ${name}`, days)];
  throw new ConfigurationError(`${setting}: not type=days: ${text}`, { remedy: `Write ${setting} like ipv4=30,domain=90.` });
}

/** A setting; an empty one counts as not set. Throws ConfigurationError for a reference that the host has left as it was. */
export function readSetting(environment: Environment, setting: string): string | undefined {
  const value = environment[setting]?.trim();
  if (value !== undefined && /^@Microsoft\.KeyVault\(/i.test(value)) {
    throw new ConfigurationError(`${setting}: the Key Vault reference was not resolved`, {
      remedy:
        "Give the function's identity the role Key Vault Secrets User on the vault, check the secret's address and the vault's firewall, and restart the app.",
    });
  }
  return value === "" ? undefined : value;
}

/** Throws ConfigurationError where the setting is not set. */
export function demandSetting(environment: Environment, setting: string, remedy: string): void {
  if (readSetting(environment, setting) === undefined) throw new ConfigurationError(`${setting} is missing`, { remedy });
}
