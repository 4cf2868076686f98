import { ConfigurationError } from "@socdefenders/shared";
import sax from "sax";

/** What splunkd hands to a modular input on standard input: its own address, a session key, and the stanzas to run. */
export interface ModularInput {
  readonly serverUri: string;
  readonly sessionKey: string;
  readonly checkpointDirectory: string;
  readonly stanzas: readonly Stanza[];
}

/** One configured input: `socdefenders://<name>` and its parameters; a list parameter is joined with commas. */
export interface Stanza {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads the `<input>` document of a run or the `<items>` document of a validation (Splunk, "Create a modular input"). The byte order
 * mark decides about the encoding, since documents are seen that declare another one than they have. Throws ConfigurationError.
 */
export function parseModularInput(bytes: Uint8Array): ModularInput {
  const found = { server_uri: "", session_key: "", checkpoint_dir: "" };
  const stanzas: { name: string; parameters: Record<string, string> }[] = [];
  const parser = sax.parser(true);
  let text = "";
  let parameter = "";
  parser.onopentag = ({ name, attributes }) => {
    text = "";
    const { name: given = "" } = attributes;
    const named = typeof given === "string" ? given : given.value;
    if (name === "stanza" || name === "item") stanzas.push({ name: named, parameters: {} });
    if (name === "param" || name === "param_list") parameter = named;
  };
  parser.ontext = parser.oncdata = (piece) => (text += piece);
  parser.onclosetag = (name) => {
    const parameters = stanzas.at(-1)?.parameters;
    if (name === "server_uri" || name === "session_key" || name === "checkpoint_dir") found[name] = text.trim();
    else if (name === "param" && parameters !== undefined) parameters[parameter] = text.trim();
    else if (name === "value" && parameters !== undefined) {
      parameters[parameter] = [parameters[parameter], text.trim()].filter((part) => part !== undefined).join(",");
    }
    text = "";
  };
  parser.onerror = (cause) => {
    // The content may hold a session key: only the parser's own first line is told.
    throw new ConfigurationError(`standard input is not the XML that splunkd sends: ${cause.message.split("\n")[0]}`, {
      remedy: "This program is started by splunkd as a modular input; see README.txt for running it by hand.",
      cause,
    });
  };
  parser.write(decode(bytes)).close();
  return { serverUri: found.server_uri, sessionKey: found.session_key, checkpointDirectory: found.checkpoint_dir, stanzas };
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xfe && second === 0xff ? "utf-16be" : first === 0xff && second === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

interface Argument {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly isRequired: boolean;
}

const argument = (name: string, title: string, description: string, isRequired = false): Argument => ({
  name,
  title,
  description,
  isRequired,
});

/** The parameters of an input stanza, in the order of the form that Splunk Web makes of them. */
export const inputArguments: readonly Argument[] = [
  argument("feed_endpoint", "Feed address", "TAXII 2.1 discovery URL, for instance https://socdefenders.ai/api/taxii2/", true),
  argument("auth", "Feed authentication", "bearer (default) or x-api-key"),
  argument("credential", "Feed credential", "Name of the stored credential (realm TA_socdefenders) that holds the API key", true),
  argument("feed_ca_file", "Feed authority", "Path of a PEM file, where a private authority signed the feed's certificate"),
  argument("collections", "Collections", "Ids, aliases or titles, comma-separated; * (default) is all readable ones"),
  argument("start", "Start", "How far back the first run reaches: a duration like P30D (default) or an RFC 3339 time"),
  argument("min_confidence", "Minimum confidence", "0 to 100; indicators with less, or with none given, are held back"),
  argument(
    "ioc_types",
    "Types",
    "Only these, comma-separated: ipv4, ipv6, cidr, domain, url, email, md5, sha1, sha256, sha512, cve",
  ),
  argument("hec_endpoint", "HEC address", "HTTP Event Collector, for instance https://splunk:8088", true),
  argument(
    "hec_credential",
    "HEC credential",
    "Name of the stored credential (realm TA_socdefenders) that holds the HEC token",
    true,
  ),
  argument("hec_ca_file", "HEC authority", "Path of a PEM file, where a private authority signed HEC's certificate"),
  argument("target_index", "Index", "Index to write to; empty leaves the choice to the HEC token"),
  argument("page_size", "Page size", "Objects asked for in one request, 10 to 1000 (default)"),
];

/** The answer to `--scheme`. */
export function schemeXml(): string {
  const args = inputArguments.map(
    ({ name, title, description, isRequired }) =>
      `<arg name="${name}"><title>${escapeXml(title)}</title><description>${escapeXml(description)}</description>` +
      `<data_type>string</data_type><required_on_edit>false</required_on_edit><required_on_create>${isRequired}</required_on_create></arg>`,
  );
  return (
    "<scheme><title>SOC Defenders</title><description>SOC Defenders threat intelligence by TAXII 2.1</description>" +
    "<use_external_validation>true</use_external_validation><use_single_instance>false</use_single_instance>" +
    `<streaming_mode>xml</streaming_mode><endpoint><args>${args.join("")}</args></endpoint></scheme>\n`
  );
}

/** The answer to `--validate-arguments` where something is wrong. */
export function errorXml(message: string): string {
  return `<error><message>${escapeXml(message)}</message></error>\n`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
