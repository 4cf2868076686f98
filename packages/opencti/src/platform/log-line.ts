import type { LogLevel, LogRecord } from "@socdefenders/shared";

const levels: Readonly<Record<LogLevel, string>> = { debug: "DEBUG", info: "INFO", warn: "WARNING", error: "ERROR" };

/** A record as the platform's own connectors write it, one JSON object a line; ours has the event's name among the attributes. */
export function toPlatformLine({ level, event, message, context }: LogRecord, name: string, time: Date): string {
  return JSON.stringify({ timestamp: time.toISOString(), level: levels[level], name, message, attributes: { event, ...context } });
}

/** The same for people, as `OPENCTI_JSON_LOGGING=false` asks for it. */
export function toPlainLine({ level, event, message, context }: LogRecord, name: string, time: Date): string {
  const details = Object.entries(context).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${JSON.stringify(value)}`],
  );
  return [time.toISOString(), levels[level], name, event, message, ...details].join(" ");
}
