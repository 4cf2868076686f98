import type { Observable } from "@socdefenders/shared";

/**
 * The `x_opencti_main_observable_type`, by which the platform chooses the decay rule. Undefined where the observables are of several
 * types or of one it does not know: an unknown name is a hard error there.
 */
export function mainObservableType(observables: readonly Observable[]): string | undefined {
  const types = new Set(observables.map(({ path }) => path.slice(0, path.indexOf(":"))));
  const [only] = types;
  return types.size === 1 && only !== undefined ? observableTypes[only] : undefined;
}

const observableTypes: Readonly<Record<string, string>> = {
  "autonomous-system": "Autonomous-System",
  directory: "Directory",
  "domain-name": "Domain-Name",
  "email-addr": "Email-Addr",
  "email-message": "Email-Message",
  file: "StixFile",
  hostname: "Hostname",
  "ipv4-addr": "IPv4-Addr",
  "ipv6-addr": "IPv6-Addr",
  "mac-addr": "Mac-Addr",
  mutex: "Mutex",
  "network-traffic": "Network-Traffic",
  process: "Process",
  software: "Software",
  url: "Url",
  "user-account": "User-Account",
  "windows-registry-key": "Windows-Registry-Key",
  "x509-certificate": "X509-Certificate",
};
