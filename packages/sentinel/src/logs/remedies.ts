/** What to do about a failure of the Logs Ingestion API. Whichever it is, the position has not moved and the next run sends the page again. */
export const remedies = {
  busy: "Azure Monitor is busy; run again, the page is sent again.",
  identity:
    "Switch on the managed identity of the host, or check sentinel.client_id (of an application sentinel.tenant_id too, and sentinel.client_secret or sentinel.federated_token_file).",
  role: "Give the identity the role Monitoring Metrics Publisher on the data collection rule; a new assignment takes up to 30 minutes to spread, and the next run sends the page again. Check sentinel.cloud too.",
  rule: "Check sentinel.rule_id (the rule's immutable id, not its name) and sentinel.stream (declared in that rule, Custom-…).",
  transformation: "Let the rule's transformation set the time of ingestion: source | extend TimeGenerated = now().",
  endpoint: "Check sentinel.endpoint: the logs ingestion endpoint of the data collection rule or of its data collection endpoint.",
  stranger: "See what answers in the place of Azure Monitor: sentinel.endpoint, or a proxy in between.",
  name: "Check the host name in sentinel.endpoint; a private one is known only to the DNS of the network it is linked to.",
  network:
    "Check sentinel.endpoint and the way to it (DNS, proxy, firewall). What was not confirmed is sent again by the next run.",
  certificate: "Check sentinel.endpoint; where a proxy opens TLS, name its authority in sentinel.ca_file.",
} as const;
