import { columns, healthColumns } from "@socdefenders/sentinel";
import type { Columns, KustoFunction } from "./language-service.ts";

// Columns that Log Analytics adds to every table: azure-monitor-docs, logs/log-standard-columns.md.
const standard = {
  TenantId: "string",
  Type: "string",
  _ResourceId: "string",
  _SubscriptionId: "string",
  _BilledSize: "real",
  _IsBillable: "string",
} as const;
const event = { TimeGenerated: "datetime" } as const;

/**
 * Columns of the tables that the content reads, as far as it reads them or an operator meets them, by hand from the Azure Monitor Logs
 * reference (azure-reference-other, azure-monitor-ref/tables/<name>.md); `ThreatIntelIndicators` from Azure-Sentinel,
 * .script/tests/KqlvalidationsTests/CustomTables/ThreatIntelIndicators.json, less the three columns there that the reference does not have.
 */
export const tables: Readonly<Record<string, Columns>> = withStandard({
  SOCDefendersIndicators_CL: { ...columns },
  SOCDefendersHealth_CL: { ...healthColumns },
  ThreatIntelIndicators: {
    ...typed("datetime", "TimeGenerated ValidFrom ValidUntil Created Modified"),
    ...typed("string", "WorkspaceId AzureTenantId Id SourceSystem LastUpdateMethod Tags Pattern ObservableKey ObservableValue"),
    ...typed("bool", "IsDeleted IsActive Revoked"),
    ...typed("dynamic", "AdditionalFields Data"),
    Confidence: "int",
  },
  DnsEvents: { ...event, ...typed("string", "Computer ClientIP Name QueryType IPAddresses SubType Result"), QueryID: "int" },
  ASimDnsActivityLogs: {
    ...event,
    ...typed("string", "DnsQuery DnsResponseName EventType EventProduct Dvc DvcHostname SrcIpAddr SrcHostname SrcUsername"),
  },
  ASimNetworkSessionLogs: {
    ...event,
    ...typed("string", "SrcIpAddr DstIpAddr SrcHostname DstHostname Dvc DvcHostname DvcAction EventProduct"),
    DstPortNumber: "int",
  },
  ASimWebSessionLogs: {
    ...event,
    ...typed("string", "Url HttpUserAgent SrcIpAddr DstIpAddr SrcHostname SrcUsername Dvc DvcHostname DvcAction EventProduct"),
  },
  CommonSecurityLog: {
    ...event,
    ...typed("string", "DeviceVendor DeviceProduct DeviceName DeviceAction Activity SourceIP SourceHostName SourceUserName"),
    ...typed("string", "DestinationIP DestinationHostName DestinationDnsDomain RequestURL FileHash FileName AdditionalExtensions"),
    ...typed("int", "SourcePort DestinationPort"),
  },
  DeviceNetworkEvents: {
    ...event,
    ...typed("string", "ActionType DeviceName DeviceId LocalIP RemoteIP RemoteUrl Protocol InitiatingProcessFileName"),
    ...typed("string", "InitiatingProcessAccountUpn"),
    AdditionalFields: "dynamic",
    RemotePort: "int",
  },
  DeviceFileEvents: {
    ...event,
    ...typed("string", "ActionType DeviceName DeviceId FileName FolderPath MD5 SHA1 SHA256 InitiatingProcessAccountUpn"),
    AdditionalFields: "dynamic",
  },
  DeviceProcessEvents: {
    ...event,
    ...typed("string", "ActionType DeviceName DeviceId FileName FolderPath MD5 SHA1 SHA256 AccountUpn ProcessCommandLine"),
    AdditionalFields: "dynamic",
  },
  EmailEvents: {
    ...event,
    ...typed(
      "string",
      "NetworkMessageId RecipientEmailAddress SenderFromAddress SenderFromDomain SenderMailFromAddress SenderIPv4",
    ),
    ...typed("string", "SenderIPv6 Subject DeliveryAction EmailDirection"),
  },
  EmailUrlInfo: { ...event, ...typed("string", "NetworkMessageId Url UrlDomain UrlLocation") },
  EmailAttachmentInfo: { ...event, ...typed("string", "NetworkMessageId FileName FileType SHA256 RecipientEmailAddress") },
  UrlClickEvents: { ...event, ...typed("string", "Url AccountUpn ActionType IPAddress NetworkMessageId Workload UrlChain") },
  SigninLogs: { ...event, ...typed("string", "UserPrincipalName IPAddress AppDisplayName ResultType Location") },
  AADNonInteractiveUserSignInLogs: {
    ...event,
    ...typed("string", "UserPrincipalName IPAddress AppDisplayName ResultType Location"),
  },
  OfficeActivity: { ...event, ...typed("string", "UserId ClientIP OfficeWorkload Operation ResultStatus") },
  NTANetAnalytics: { ...event, ...typed("string", "SubType SrcIp DestIp SrcPublicIps DestPublicIps SrcVm DestVm FlowStatus") },
  AWSVPCFlow: { ...event, ...typed("string", "AccountId Action SrcAddr DstAddr InstanceId InterfaceId") },
  W3CIISLog: { ...event, ...typed("string", "Computer cIP sIP csHost csUriStem csUserName csMethod scStatus") },
  SecurityAlert: {
    ...event,
    ...typed("string", "AlertName AlertSeverity SystemAlertId ProviderName ProductName ExtendedProperties Entities Status"),
    ...typed("string", "CompromisedEntity Tactics"),
  },
  Watchlist: {
    ...event,
    ...typed("string", "SearchKey WatchlistAlias"),
    WatchlistItem: "dynamic",
  },
});

/** Functions of every Sentinel workspace that the content calls. */
export const builtIn: readonly KustoFunction[] = [
  {
    name: "_GetWatchlist",
    parameters: "(watchlistAlias:string)",
    body: "Watchlist | where WatchlistAlias == watchlistAlias | project SearchKey, WatchlistItem",
  },
];

function withStandard(own: Readonly<Record<string, Columns>>): Readonly<Record<string, Columns>> {
  return Object.fromEntries(Object.entries(own).map(([name, its]) => [name, { ...standard, ...its }]));
}

function typed(type: string, names: string): Columns {
  return Object.fromEntries(names.split(" ").map((name) => [name, type]));
}
