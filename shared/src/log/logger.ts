import { clean } from "./clean.ts";

const levels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof levels)[number];

/** What a log line carries besides its text. */
export type LogContext = Readonly<Record<string, string | number | boolean | undefined | null | Readonly<Record<string, number>>>>;

/** Where the core and the connectors report. `event` is a stable snake_case name to search for; `message` is for people. */
export interface Logger {
  debug(event: string, message: string, context?: LogContext): void;
  info(event: string, message: string, context?: LogContext): void;
  warn(event: string, message: string, context?: LogContext): void;
  error(event: string, message: string, context?: LogContext): void;
}

/** One finished log record, secrets redacted and control characters removed. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly event: string;
  readonly message: string;
  readonly context: LogContext;
}

/** A logger over any line format: each host gives its own `write` (NDJSON, a terminal, splunkd's levelled lines). */
export function createLogger(write: (record: LogRecord) => void, lowest: LogLevel = "info"): Logger {
  const at =
    (level: LogLevel) =>
    (event: string, message: string, context: LogContext = {}) => {
      if (levels.indexOf(level) < levels.indexOf(lowest)) return;
      write({ level, event, message: clean(message), context: safeContext(context) });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** One JSON object a line: `time`, `level`, `event`, `message`, and the context's own keys. */
export function toJsonLine({ level, event, message, context }: LogRecord, time: Date): string {
  return JSON.stringify({ time: time.toISOString(), level, event, message, ...context });
}

/** A logger that says nothing, for tests and for pure uses of the core. */
export const silentLogger: Logger = createLogger(() => undefined, "error");

function safeContext(context: LogContext): LogContext {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => {
      if (typeof value === "string") return [key, clean(value)];
      return [key, typeof value === "object" && value !== null ? withSafeKeys(value) : value];
    }),
  );
}

/** Counts by reason: the reasons are text from outside. */
function withSafeKeys(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([reason, count]) => [clean(reason), count]));
}
