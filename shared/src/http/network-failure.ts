import { commandWords } from "../errors/host-words.ts";
import { NetworkError } from "../errors/network-error.ts";
import { largestBodyBytes } from "./body.ts";
import { proxyHost } from "./proxy.ts";

/** What a request met instead of an answer. `where` is method and URL, `proxy` what it went through. */
export function toNetworkError(error: unknown, where: string, proxy: string | undefined): NetworkError {
  if (error instanceof NetworkError) return error;
  const refused = proxy === undefined ? undefined : readProxyRefusal(error, proxy);
  const code = errorCode(error);
  const { reason = messageOf(error), ...rest } = refused ?? kinds[code] ?? readAlert(code) ?? {};
  const way = proxy === undefined || refused !== undefined ? "" : ` (through the proxy ${proxyHost(proxy)})`;
  return new NetworkError(`${where}: ${reason}${way}`, {
    code,
    sent: rest.neverSent !== true,
    retryable: rest.permanent !== true,
    remedy: rest.remedy,
    cause: error,
  });
}

interface Kind {
  readonly reason?: string;
  readonly remedy?: string;
  /** The request surely never reached the server. */
  readonly neverSent?: true;
  /** The same request fails the same way again. */
  readonly permanent?: true;
}

/** undici tells a proxy's refusal in words only. */
function readProxyRefusal(error: unknown, proxy: string): Kind | undefined {
  const [, status = ""] = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(messageOf(error)) ?? [];
  const host = proxyHost(proxy);
  if (status === "407") {
    const reason = `the proxy ${host} does not take user name and password (HTTP 407)`;
    const remedy = `Correct user and password of the proxy ${host} in feed.proxy, HTTPS_PROXY or HTTP_PROXY; percent-encode @ : / in them.`;
    return { reason, remedy, neverSent: true, permanent: true };
  }
  if (status === "") return undefined;
  const reason = `the proxy ${host} does not connect to the server (HTTP ${status})`;
  const remedy = `Let the proxy ${host} pass this host and port, or take the host out of its way with NO_PROXY.`;
  return { reason, remedy, neverSent: true, ...(Number(status) < 500 && { permanent: true }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function errorCode(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "UND_ERR_BODY_TIMEOUT";
  if (typeof error !== "object" || error === null) return "UNKNOWN";
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  // What a proxy's connection failed of is in the cause.
  if (code === "UND_ERR_PRX_TLS" && cause !== undefined) return errorCode(cause);
  return typeof code === "string" ? code : cause === undefined ? "UNKNOWN" : errorCode(cause);
}

const untrusted = (reason: string): Kind => ({
  reason,
  remedy: `${commandWords.nameAuthority}.`,
  neverSent: true,
  permanent: true,
});

const certificate = (reason: string, remedy: string): Kind => ({ reason, remedy, neverSent: true, permanent: true });

const demandsClientCertificate = certificate(
  "the server refuses the TLS handshake, as one does that demands a client certificate or another one",
  "Give the certificate that the server's operator issued (for a feed: client_certificate_file and client_key_file).",
);

const tooOld = certificate("the server offers no TLS version that is safe (1.2 or newer)", "Have the server offer TLS 1.2 or 1.3.");

const notTls = certificate("the server does not speak TLS on this port", "Check scheme and port of the address.");

/** The alert a server ends a handshake with; how its code begins depends on the version of OpenSSL. */
function readAlert(code: string): Kind | undefined {
  const [, alert = ""] = /^ERR_SSL_.*_ALERT_(\w+)$/.exec(code) ?? [];
  if (alert === "PROTOCOL_VERSION") return tooOld;
  return /CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED/.test(alert) ? demandsClientCertificate : undefined;
}

const kinds: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: { reason: "connection refused", neverSent: true },
  ENOTFOUND: { reason: "the host name does not resolve", neverSent: true },
  EAI_AGAIN: { reason: "the host name does not resolve now (DNS did not answer)", neverSent: true },
  EHOSTUNREACH: { reason: "no way to the host", neverSent: true },
  ENETUNREACH: { reason: "no way to the network", neverSent: true },
  ECONNRESET: { reason: "the connection was reset" },
  UND_ERR_SOCKET: { reason: "the connection was closed before the answer was complete" },
  UND_ERR_CONNECT_TIMEOUT: { reason: "no connection in time", neverSent: true },
  UND_ERR_HEADERS_TIMEOUT: { reason: "no answer in time" },
  UND_ERR_BODY_TIMEOUT: { reason: "the answer stopped half-way" },
  // What is sent is checked before the connection is: a credential that was copied with a character no header can carry.
  UND_ERR_INVALID_ARG: {
    remedy: "Give the credential again: it has a character in it that an HTTP header cannot carry.",
    neverSent: true,
    permanent: true,
  },
  UND_ERR_DESTROYED: { permanent: true },
  UND_ERR_PRX_CONN: { reason: "the proxy closed the connection", neverSent: true },
  Z_BUF_ERROR: { reason: "the compressed answer is cut off" },
  Z_DATA_ERROR: { reason: "the compressed answer is damaged" },
  ERR_BUFFER_TOO_LARGE: { reason: `the decompressed answer is larger than ${largestBodyBytes} bytes`, permanent: true },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted(
    "the server's certificate is not signed by a known authority (ca_file names your own)",
  ),
  UNABLE_TO_GET_ISSUER_CERT: untrusted("the authority of the server's certificate is not known (ca_file names your own)"),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted("the authority of the server's certificate is not known (ca_file names your own)"),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted("the server's certificate chain is self-signed (ca_file names your own authority)"),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted("the server's certificate is self-signed (ca_file names it)"),
  CERT_SIGNATURE_FAILURE: untrusted(
    "the server's certificate is not signed by the authority of that name (ca_file names your own)",
  ),
  CERT_HAS_EXPIRED: certificate("the server's certificate has expired", "Have it renewed; check the clock of this machine."),
  CERT_NOT_YET_VALID: certificate("the server's certificate is not valid yet", "Check the clock of this machine."),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate(
    "the server's certificate is of another name",
    "Write the address with a name that the certificate has.",
  ),
  ERR_SSL_UNSUPPORTED_PROTOCOL: tooOld,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
};
