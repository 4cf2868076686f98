/** Domain objects that every platform version from 6.8 on imports. */
const domainTypes: ReadonlySet<string> = new Set([
  "attack-pattern",
  "campaign",
  "channel",
  "course-of-action",
  "event",
  "grouping",
  "identity",
  "incident",
  "indicator",
  "infrastructure",
  "intrusion-set",
  "location",
  "malware",
  "malware-analysis",
  "narrative",
  "note",
  "observed-data",
  "opinion",
  "report",
  "threat-actor",
  "tool",
  "vulnerability",
  "x-mitre-data-component",
  "x-mitre-data-source",
]);

/** The platform's names of cyber-observables; those that came after 6.8 are not among them, since an unknown one is a hard error. */
const observableTypes: ReadonlyMap<string, string> = new Map([
  ["artifact", "Artifact"],
  ["autonomous-system", "Autonomous-System"],
  ["bank-account", "Bank-Account"],
  ["credential", "Credential"],
  ["cryptocurrency-wallet", "Cryptocurrency-Wallet"],
  ["cryptographic-key", "Cryptographic-Key"],
  ["directory", "Directory"],
  ["domain-name", "Domain-Name"],
  ["email-addr", "Email-Addr"],
  ["email-message", "Email-Message"],
  ["file", "StixFile"],
  ["hostname", "Hostname"],
  ["ipv4-addr", "IPv4-Addr"],
  ["ipv6-addr", "IPv6-Addr"],
  ["mac-addr", "Mac-Addr"],
  ["media-content", "Media-Content"],
  ["mutex", "Mutex"],
  ["network-traffic", "Network-Traffic"],
  ["payment-card", "Payment-Card"],
  ["phone-number", "Phone-Number"],
  ["process", "Process"],
  ["software", "Software"],
  ["text", "Text"],
  ["tracking-number", "Tracking-Number"],
  ["url", "Url"],
  ["user-account", "User-Account"],
  ["user-agent", "User-Agent"],
  ["windows-registry-key", "Windows-Registry-Key"],
  ["x509-certificate", "X509-Certificate"],
]);

/** The platform's name of a STIX cyber-observable type; undefined where it knows none. */
export function observableTypeName(type: string): string | undefined {
  return observableTypes.get(type);
}

/** Whether the platform imports objects of a STIX type. */
export function isKnownType(type: string): boolean {
  return domainTypes.has(type) || observableTypes.has(type) || type === "relationship" || type === "sighting";
}
