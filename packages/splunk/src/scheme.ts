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
  argument(
    "feed_proxy",
    "Feed proxy",
    "http://host:port of the proxy to the feed; empty leaves it to HTTPS_PROXY of splunkd's environment",
  ),
  argument("collections", "Collections", "Ids, aliases or titles, comma-separated; * (default) is all readable ones"),
  argument("start", "Start", "How far back the first run reaches: a duration like P30D (default) or an RFC 3339 time"),
  argument("min_confidence", "Minimum confidence", "0 to 100; indicators with less, or with none given, are held back"),
  argument(
    "ioc_types",
    "Types",
    "Only these, comma-separated: ipv4, ipv6, cidr, domain, url, email, md5, sha1, sha256, sha512, cve",
  ),
  argument(
    "output",
    "Output",
    "hec (default): events are confirmed by the HTTP Event Collector; stdout: by splunkd's own event stream",
  ),
  argument(
    "hec_endpoint",
    "HEC address",
    "HTTP Event Collector, for instance https://splunk:8088; several of the same Splunk comma-separated. Needed unless output is stdout",
  ),
  argument(
    "hec_credential",
    "HEC credential",
    "Name of the stored credential (realm TA_socdefenders) that holds the HEC token. Needed unless output is stdout",
  ),
  argument("hec_ca_file", "HEC authority", "Path of a PEM file, where a private authority signed HEC's certificate"),
  argument("hec_allow_http", "HEC without TLS", "true sends the HEC token in clear to an http:// address; false (default)"),
  argument("target_index", "Index", "Index to write to; empty leaves the choice to the HEC token or to the input"),
  argument("page_size", "Page size", "Objects asked for in one request, 10 to 1000 (default)"),
  argument(
    "kv_store",
    "KV Store",
    "true also writes the collection socdefenders_indicators of socdefenders_app on this search head",
  ),
  argument("health", "Health events", "true sends socdefenders:health events (runs, skips, refusals, lag) with the HEC token"),
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

// What XML 1.0 (section 2.2) has no way to write, not even as a reference: splunkd would stop reading.
// eslint-disable-next-line no-control-regex
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text as XML content or attribute value; characters that XML 1.0 forbids are dropped. */
export function escapeXml(text: string): string {
  return text.replace(unwritable, "").replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
