import { beforeAll, expect, test } from "vitest";
import { huntingQueries, rules } from "../contract/kusto/content.ts";
import { execute, type Row } from "./kusto-engine.ts";
import { ago, delivered, identifier } from "./kusto-rows.ts";

const md5 = "d41d8cd98f00b204e9800998ecf8427e";
const sha256 = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
const patterns = [
  "[domain-name:value = 'Bad.example']",
  "[ipv4-addr:value = '198.51.100.7']",
  "[ipv6-addr:value = '2001:DB8:0:0::7']",
  "[ipv4-addr:value = '203.0.113.128/25']",
  "[url:value = 'https://Files.example/Drop/']",
  `[file:hashes.MD5 = '${md5}']`,
  `[file:hashes.'SHA-256' = '${sha256}']`,
  "[email-addr:value = 'Crook@mail.example']",
  "[domain-name:value = 'half.example'] AND [ipv4-addr:value = '198.51.100.99']",
];
const indicators = [
  ...patterns.flatMap((pattern, place) => delivered({ number: place + 1, pattern })),
  ...delivered({ number: 20, pattern: "[domain-name:value = 'revoked.example']", revoked: true }),
  ...delivered({
    number: 21,
    pattern: "[domain-name:value = 'expired.example']",
    valid_from: `${ago(9, "days")}Z`,
    valid_until: `${ago(1, "days")}Z`,
  }),
  ...delivered({ number: 22, pattern: "[domain-name:value = 'allowed.example']" }),
];

const lapsed = ["revoked.example", "expired.example", "allowed.example"];

// What is planted by table: every rule reads from the same events, and has to find its own and no other.
const now = { TimeGenerated: ago(10, "minutes") };
const events: Readonly<Record<string, readonly Row[]>> = {
  DnsEvents: ["BAD.example.", "deep.sub.bad.example", "notbad.example", "half.example", ...lapsed].map((Name) => ({
    ...now,
    Name,
    Computer: Name.startsWith("deep") ? "pc8" : "pc1",
    ClientIP: "10.0.0.1",
  })),
  DeviceNetworkEvents: [
    {
      ...now,
      ActionType: "DnsConnectionInspected",
      AdditionalFields: { query: "bad.example" },
      DeviceName: "pc2",
      LocalIP: "10.0.0.2",
    },
    { ...now, ActionType: "ConnectionSuccess", RemoteIP: "198.51.100.7", DeviceName: "pc2", LocalIP: "10.0.0.2" },
    { ...now, ActionType: "ConnectionSuccess", RemoteIP: "198.51.100.99", DeviceName: "pc2", LocalIP: "10.0.0.2" },
    { ...now, RemoteUrl: "files.example/drop", RemoteIP: "192.0.2.9", DeviceName: "pc2", LocalIP: "10.0.0.2" },
    { ...now, RemoteUrl: "files.example", RemoteIP: "192.0.2.9", DeviceName: "pc2", LocalIP: "10.0.0.2" },
  ],
  CommonSecurityLog: [
    { ...now, SourceIP: "203.0.113.200", DestinationIP: "10.0.0.3", DeviceName: "fw" },
    { ...now, SourceIP: "10.0.0.3", DestinationIP: "203.0.113.100", DeviceName: "fw" },
    { ...now, SourceIP: "10.0.0.3", DestinationIP: "192.0.2.9", RequestURL: "http://bad.example:80/x", DeviceName: "proxy" },
    { ...now, SourceIP: "10.0.0.3", DestinationIP: "192.0.2.9", RequestURL: "http://example.com/bad.example", DeviceName: "proxy" },
    {
      ...now,
      SourceIP: "10.0.0.3",
      DestinationIP: "192.0.2.9",
      FileHash: md5.toUpperCase(),
      FileName: "a.exe",
      DeviceName: "proxy",
    },
  ],
  AWSVPCFlow: [{ ...now, SrcAddr: "2001:db8::7", DstAddr: "2001:db8::1", InstanceId: "i-1" }],
  UrlClickEvents: [{ ...now, Url: "https://FILES.example/Drop/#x", IPAddress: "10.0.0.4", AccountUpn: "ann@corp.example" }],
  DeviceFileEvents: [
    { ...now, SHA256: sha256.toLowerCase(), FileName: "b.exe", DeviceName: "pc3", InitiatingProcessAccountUpn: "bob@corp.example" },
    { ...now, SHA256: "0".repeat(64), FileName: "c.exe", DeviceName: "pc3" },
    { TimeGenerated: ago(5, "days"), MD5: md5, SHA256: sha256, FileName: "old.exe", DeviceName: "pc9" },
  ],
  EmailEvents: ["m1", "m2", "m3"].map((NetworkMessageId, place) => ({
    ...now,
    NetworkMessageId,
    EmailDirection: "Inbound",
    SenderFromAddress: place === 0 ? "crook@MAIL.example" : "ann@corp.example",
    SenderFromDomain: place === 0 ? "mail.example" : "corp.example",
    RecipientEmailAddress: "bob@corp.example",
  })),
  EmailUrlInfo: [{ ...now, NetworkMessageId: "m2", Url: "https://bad.example/login", UrlDomain: "bad.example" }],
  EmailAttachmentInfo: [{ ...now, NetworkMessageId: "m3", SHA256: sha256.toLowerCase() }],
  SigninLogs: [
    { ...now, IPAddress: "198.51.100.7", UserPrincipalName: "ann@corp.example", AppDisplayName: "Portal", ResultType: "0" },
    { ...now, IPAddress: "192.0.2.10", UserPrincipalName: "bob@corp.example", AppDisplayName: "Portal", ResultType: "0" },
  ],
  OfficeActivity: [
    { ...now, ClientIP: "198.51.100.7:4711", UserId: "eve@corp.example", OfficeWorkload: "Exchange" },
    { ...now, ClientIP: "[2001:db8::7]:4711", UserId: "dan@corp.example", OfficeWorkload: "Exchange" },
  ],
};
const watchlist = [{ WatchlistAlias: "SOCDefendersAllowed", SearchKey: "allowed.example" }];

const content = new Map([...rules, ...huntingQueries].map(([file, { query }]) => [file, query]));
let planted: ReadonlyMap<string, readonly Row[]>;
beforeAll(async () => {
  const results = await execute(withPlanted({}), [...content.values()]);
  planted = new Map([...content.keys()].map((file, place) => [file, results[place] ?? []]));
}, 120_000);

function withPlanted(tables: Readonly<Record<string, readonly Row[]>>): Readonly<Record<string, readonly Row[]>> {
  return { SOCDefendersIndicators_CL: indicators, Watchlist: watchlist, ...events, ...tables };
}

/** What a rule or a hunting query finds over what is planted and the tables, as the given columns side by side, sorted. */
async function found(
  file: string,
  columns: readonly string[],
  tables: Readonly<Record<string, readonly Row[]>>,
): Promise<string[]> {
  const [result = []] = await execute(withPlanted(tables), [content.get(file) ?? ""]);
  return shown(result, columns);
}

function shown(rows: readonly Row[] | undefined, columns: readonly string[]): string[] {
  return (rows ?? []).map((row) => columns.map((column) => String(row[column])).join(" ")).toSorted();
}

test.each<readonly [file: string, columns: readonly string[], expected: readonly string[]]>([
  ["DomainInDns.yaml", ["Source", "ObservableValue", "Host"], ["DeviceNetworkEvents bad.example pc2", "DnsEvents bad.example pc1"]],
  [
    "AddressInNetwork.yaml",
    ["Source", "ObservableValue", "Address"],
    ["AWSVPCFlow 2001:db8::7 2001:db8::1", "DeviceNetworkEvents 198.51.100.7 10.0.0.2"],
  ],
  ["RangeInNetwork.yaml", ["Source", "ObservableValue", "Address"], ["CommonSecurityLog 203.0.113.128/25 203.0.113.200"]],
  [
    "UrlInWeb.yaml",
    ["Source", "IocType", "Url"],
    [
      "CommonSecurityLog domain http://bad.example:80/x",
      "DeviceNetworkEvents url files.example/drop",
      "UrlClickEvents url https://FILES.example/Drop/#x",
    ],
  ],
  ["HashInFiles.yaml", ["Source", "Algorithm", "FileName"], ["CommonSecurityLog MD5 a.exe", "DeviceFileEvents SHA256 b.exe"]],
  [
    "ValueInMail.yaml",
    ["Source", "IocType", "NetworkMessageId", "Recipient"],
    [
      "EmailAttachmentInfo sha256 m3 bob@corp.example",
      "EmailEvents email m1 bob@corp.example",
      "EmailUrlInfo domain m2 bob@corp.example",
    ],
  ],
  [
    "AddressInSignIns.yaml",
    ["Source", "ObservableValue", "Account"],
    [
      "OfficeActivity 198.51.100.7 eve@corp.example",
      "OfficeActivity 2001:db8::7 dan@corp.example",
      "SigninLogs 198.51.100.7 ann@corp.example",
    ],
  ],
  ["NewIndicatorSeenBefore.yaml", ["Source", "IocType", "Host"], ["DeviceFileEvents sha256 pc9"]],
  ["SubdomainsInDns.yaml", ["Name", "ObservableValue"], ["deep.sub.bad.example bad.example"]],
  ["ExpiredButSeen.yaml", ["Source", "Value"], ["DnsEvents expired.example"]],
])("%s finds what was planted for it and nothing else", (file, columns, expected) => {
  expect(shown(planted.get(file), columns)).toEqual(expected);
});

test("the retrospective hunt finds old events too", () => {
  const hits = shown(planted.get("RetrospectiveMatch.yaml"), ["Source", "IocType", "Host"]);
  expect(hits).toEqual(expect.arrayContaining(["DeviceFileEvents md5 pc9", "DeviceFileEvents sha256 pc9", "DnsEvents domain pc1"]));
});

test("an alert of an indicator that was revoked since is found by the indicator it names", async () => {
  const alerts = [20, 1].map((number) => ({
    ...now,
    AlertName: "SOC Defenders: seen",
    SystemAlertId: `alert ${number}`,
    ExtendedProperties: JSON.stringify({ "Custom Details": JSON.stringify({ IndicatorId: [identifier(number)] }) }),
  }));
  expect(await found("RevokedAfterAlert.yaml", ["SystemAlertId"], { SecurityAlert: alerts })).toEqual(["alert 20"]);
});

test("the hunts for new values and for what no rule matches tell them apart", async () => {
  const known = delivered({ number: 1, pattern: patterns[0] ?? "" }, ago(3, "days"));
  const tables = { SOCDefendersIndicators_CL: [...known, ...indicators] };
  const fresh = await found("FirstSeenValues.yaml", ["ObservableValue"], tables);
  expect(fresh).not.toContain("bad.example");
  expect(fresh).toContain("198.51.100.7");
  expect(shown(planted.get("RareTypes.yaml"), ["IocType", "Partial"])).toEqual(["domain true", "ipv4 true"]);
});

const run = {
  RunId: "r",
  Destination: "logs",
  Status: "succeeded",
  Read: 100,
  Delivered: 100,
  Refused: 0,
  RefusedReasons: {},
  Version: "1",
};

test.each<readonly [file: string, runs: readonly Row[], columns: readonly string[], expected: readonly string[]]>([
  ["FeedSilent.yaml", [{ ...run, ...now }], ["Destination"], []],
  ["FeedSilent.yaml", [], ["Destination"], ["every destination"]],
  [
    "FeedSilent.yaml",
    [
      { ...run, ...now, Destination: "threat-intelligence" },
      { ...run, TimeGenerated: ago(2, "days") },
    ],
    ["Destination"],
    ["logs"],
  ],
  [
    "FeedSilent.yaml",
    [
      { ...run, ...now, Read: 0 },
      { ...run, TimeGenerated: ago(3.5, "days") },
    ],
    ["Destination"],
    ["logs"],
  ],
  ["RunsFail.yaml", failed(2), ["Destination"], []],
  ["RunsFail.yaml", failed(3), ["Destination", "Failures", "Error"], ["logs 3 error 1"]],
  ["ObjectsRefused.yaml", [{ ...run, ...now, Refused: 9, Read: 100 }], ["Destination"], []],
  ["ObjectsRefused.yaml", [{ ...run, ...now, Refused: 10, Read: 1000 }], ["Destination"], []],
  [
    "ObjectsRefused.yaml",
    [{ ...run, ...now, Refused: 12, RefusedReasons: { "too long": 8, "bad id": 4 } }],
    ["TotalRefused", "Reason"],
    ["12 too long"],
  ],
])("%s over its runs (%#)", async (file, runs, columns, expected) => {
  expect(await found(file, columns, { SOCDefendersHealth_CL: runs })).toEqual(expected);
});

function failed(times: number): Row[] {
  const places = Array.from({ length: times }, (_, place) => place + 1);
  return places.map((place) => ({
    ...run,
    TimeGenerated: ago(place, "minutes"),
    Status: "failed",
    Error: `error ${place}`,
    Remedy: "do",
  }));
}
