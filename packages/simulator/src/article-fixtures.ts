/** An article of the simulated vendor; its texts are invented. */
export interface SimulatedArticle {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** How long before the server's start it was published. */
  readonly ageDays: number;
  readonly isArchived?: boolean;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly cves: readonly string[];
  readonly threatActors: readonly string[];
  readonly techniques: readonly { readonly id: string; readonly name: string; readonly tactic: string }[];
  readonly iocs: readonly { readonly type: string; readonly value: string; readonly confidence: string }[];
}

/** Ids by what happens to them; `missing` is none of the articles. */
export const simulatedArticleIds = {
  loader: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c01",
  phishing: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c02",
  router: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c03",
  archived: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c04",
  tooOld: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c05",
  missing: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0cff",
} as const;

export const simulatedArticles: readonly SimulatedArticle[] = [
  {
    id: simulatedArticleIds.loader,
    title: "A loader that hides its address in picture captions",
    summary: "The loader reads captions of a picture site, takes a host name out of them and fetches a stealer from there.",
    ageDays: 2,
    severity: "high",
    cves: [],
    threatActors: ["Paper Heron"],
    techniques: [{ id: "T1102.001", name: "Dead Drop Resolver", tactic: "command-and-control" }],
    iocs: [
      { type: "domain", value: "captions.loader.example", confidence: "high" },
      { type: "ipv4", value: "198.51.100.23", confidence: "medium" },
    ],
  },
  {
    id: simulatedArticleIds.phishing,
    title: "Parcel notices lead bank customers to a copied log-in page",
    summary: "Short messages about a parcel carry a link to a page that asks for the second factor as well.",
    ageDays: 5,
    severity: "medium",
    cves: [],
    threatActors: [],
    techniques: [{ id: "T1566.002", name: "Spearphishing Link", tactic: "initial-access" }],
    iocs: [{ type: "url", value: "https://parcel.phishing.example/track?id=1", confidence: "high" }],
  },
  {
    id: simulatedArticleIds.router,
    title: "Old routers answer to a second administrator",
    summary: "A forgotten account in the firmware of a discontinued router is used to build a network of proxies.",
    ageDays: 40,
    severity: "critical",
    cves: ["CVE-2024-99901"],
    threatActors: ["Paper Heron", "Quiet Tide"],
    techniques: [{ id: "T1078.001", name: "Default Accounts", tactic: "persistence" }],
    iocs: [{ type: "sha256", value: "a".repeat(64), confidence: "low" }],
  },
  {
    id: simulatedArticleIds.archived,
    title: "Withdrawn: one campaign counted twice",
    summary: "Taken back by its author, since the two campaigns it told of turned out to be one.",
    ageDays: 3,
    isArchived: true,
    severity: "low",
    cves: [],
    threatActors: [],
    techniques: [],
    iocs: [],
  },
  {
    id: simulatedArticleIds.tooOld,
    title: "A worm from another time",
    summary: "Older than any plan looks back.",
    ageDays: 900,
    severity: "low",
    cves: [],
    threatActors: [],
    techniques: [],
    iocs: [],
  },
];
