/**
 * Tactics as Sentinel spells them (Azure-Sentinel, AttackTactic.cs), each with those techniques of ATT&CK for Enterprise (attack.mitre.org)
 * that the content names. A technique may belong to several tactics.
 */
export const techniquesByTactic: Readonly<Record<string, readonly string[]>> = {
  Reconnaissance: [],
  ResourceDevelopment: ["T1583"],
  InitialAccess: ["T1566", "T1189", "T1078"],
  Execution: ["T1204"],
  Persistence: ["T1078"],
  PrivilegeEscalation: ["T1078"],
  DefenseEvasion: ["T1078"],
  CredentialAccess: ["T1110"],
  Discovery: [],
  LateralMovement: [],
  Collection: [],
  CommandAndControl: ["T1071", "T1095", "T1568"],
  Exfiltration: [],
  Impact: [],
};

/**
 * Identifiers of the entity types that the content maps, with those of which one set is required (Azure-Sentinel,
 * .script/tests/detectionTemplateSchemaValidation/Models/EntityMappingIdentifiers.cs).
 */
export const entityIdentifiers: Readonly<
  Record<string, { readonly all: readonly string[]; readonly required: readonly (readonly string[])[] }>
> = {
  Account: {
    all: ["Name", "FullName", "UPNSuffix", "Sid", "AadUserId"],
    required: [["FullName"], ["Name"], ["Sid"], ["AadUserId"]],
  },
  DNS: { all: ["DomainName"], required: [["DomainName"]] },
  File: { all: ["Directory", "Name"], required: [["Name"]] },
  FileHash: { all: ["Algorithm", "Value"], required: [["Algorithm", "Value"]] },
  Host: { all: ["HostName", "FullName", "DnsDomain", "NetBiosName"], required: [["HostName"], ["FullName"], ["NetBiosName"]] },
  IP: { all: ["Address"], required: [["Address"]] },
  Mailbox: { all: ["MailboxPrimaryAddress", "DisplayName", "Upn"], required: [["MailboxPrimaryAddress"]] },
  MailMessage: { all: ["NetworkMessageId", "Recipient", "Sender", "Subject"], required: [["NetworkMessageId"], ["Recipient"]] },
  URL: { all: ["Url"], required: [["Url"]] },
};
