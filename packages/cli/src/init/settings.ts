/** Something that `init` writes into a configuration, by flag or by answer. No setting is a secret. */
export interface Setting {
  /** `splunk-endpoint` of `--splunk-endpoint`. */
  readonly flag: string;
  readonly what: string;
  /** What is written where nothing is given; a setting without it must be given. */
  readonly standard?: string;
  /** Whether an id that looks like a token is one of its ordinary values. */
  readonly isId?: true;
  /** Whether a configuration of these answers has it. Default: always. */
  readonly isFor?: (answers: Answers) => boolean;
}

/** Values by flag. */
export type Answers = Readonly<Record<string, string>>;

/** Whether a comma-separated answer has a member. */
export const has = (answers: Answers, flag: string, member: string): boolean => listOf(answers[flag]).includes(member);

export const listOf = (text: string = ""): readonly string[] =>
  text
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");

const splunk = (answers: Answers): boolean => has(answers, "target", "splunk");
const sentinel = (answers: Answers): boolean => has(answers, "target", "sentinel");
const opencti = (answers: Answers): boolean => has(answers, "target", "opencti");
const logs = (answers: Answers): boolean => sentinel(answers) && has(answers, "sentinel-destinations", "logs");
const store = (answers: Answers): boolean => sentinel(answers) && has(answers, "sentinel-destinations", "threat-intelligence");

/** In the order they are asked for. */
export const settings: readonly Setting[] = [
  { flag: "target", what: "where to deliver to: splunk, sentinel, opencti, or several with commas between" },
  { flag: "feed-endpoint", what: "TAXII 2.1 discovery address of the feed", standard: "https://socdefenders.ai/api/taxii2/" },
  { flag: "collections", what: "collections by id, alias or title, with commas between; * is all", standard: "*", isId: true },
  { flag: "start", what: "how far back the first run reaches: a duration or an RFC 3339 time", standard: "P30D" },
  { flag: "state-directory", what: "directory for positions and dead letters", standard: "./state" },
  { flag: "splunk-endpoint", what: "HTTP Event Collector, as https://splunk:8088", isFor: splunk },
  { flag: "splunk-index", what: "index; nothing is the token's own", standard: "", isFor: splunk },
  { flag: "sentinel-destinations", what: "logs, threat-intelligence or both", standard: "logs", isFor: sentinel },
  { flag: "sentinel-endpoint", what: "Logs Ingestion endpoint", isFor: logs },
  { flag: "sentinel-rule-id", what: "immutable id of the data collection rule, dcr-…", isFor: logs, isId: true },
  { flag: "sentinel-workspace-id", what: "id of the Log Analytics workspace", isFor: store, isId: true },
  { flag: "opencti-url", what: "address of the OpenCTI platform", isFor: opencti },
  {
    flag: "opencti-connector-id",
    what: "UUID of the connector; nothing makes a new one",
    standard: "",
    isFor: opencti,
    isId: true,
  },
  { flag: "opencti-queue-protocol", what: "amqp, or api where RabbitMQ is out of reach", standard: "amqp", isFor: opencti },
];

/** Flags that people try and that must not be: others of the machine see them, and the shell keeps them. */
export const secretFlags: readonly string[] = [
  "api-key",
  "key",
  "token",
  "hec-token",
  "splunk-token",
  "opencti-token",
  "client-secret",
  "sentinel-client-secret",
  "password",
];

/** What commander calls a flag's value: `splunkEndpoint`. */
export const memberOf = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
