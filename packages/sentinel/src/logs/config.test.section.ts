import { parseConfig, type LogsConfig } from "../config.ts";

/** The configuration of the destination `logs` from a section that asks for it. */
export function parseLogsConfig(section: Readonly<Record<string, unknown>>): LogsConfig {
  const { logs } = parseConfig(section, "sentinel");
  if (logs === undefined) throw new Error("the section does not ask for the destination logs");
  return logs;
}
