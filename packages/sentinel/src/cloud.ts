/** Azure clouds by the names of the configuration. */
export const clouds = ["public", "usgovernment", "china"] as const;
export type Cloud = (typeof clouds)[number];

/** Where a cloud has its services; each cloud's tokens are good there only. */
export interface CloudAddresses {
  /** Audience of Logs Ingestion tokens (`KnownMonitorAudience` of @azure/monitor-ingestion). */
  readonly monitor: string;
  /** Audience of Azure Resource Manager tokens, which the STIX upload API takes. */
  readonly management: string;
  /** The STIX upload API. */
  readonly threatIntelligence: string;
  /** Where applications get their tokens (`AzureAuthorityHosts` of @azure/identity). */
  readonly authority: string;
  /** Host suffix of blob storage accounts. */
  readonly blobs: string;
}

export const addressesOf: Readonly<Record<Cloud, CloudAddresses>> = {
  public: {
    monitor: "https://monitor.azure.com",
    management: "https://management.azure.com",
    threatIntelligence: "https://api.ti.sentinel.azure.com",
    authority: "https://login.microsoftonline.com",
    blobs: "blob.core.windows.net",
  },
  usgovernment: {
    monitor: "https://monitor.azure.us",
    management: "https://management.usgovcloudapi.net",
    threatIntelligence: "https://api.ti.sentinel.azure.us",
    authority: "https://login.microsoftonline.us",
    blobs: "blob.core.usgovcloudapi.net",
  },
  china: {
    monitor: "https://monitor.azure.cn",
    management: "https://management.chinacloudapi.cn",
    threatIntelligence: "https://api.ti.sentinel.azure.cn",
    authority: "https://login.chinacloudapi.cn",
    blobs: "blob.core.chinacloudapi.cn",
  },
};
