import type { Behaviour } from "./behaviour.ts";
import { twinOf } from "./host.ts";

export const discoveryPath = "/api/taxii2/";
export const apiRootPath = "/api/taxii2/api/";

/** The discovery document (TAXII 2.1 §4.1.1) for a client that asked at `url`. */
export function discoveryDocument({ discovery, apiRoot, foreignOrigin }: Behaviour, url: URL): unknown {
  const addresses: Record<Behaviour["apiRoot"], string> = {
    own: `${url.origin}${apiRootPath}`,
    relative: apiRootPath,
    twin: `${twinOf(url)}${apiRootPath}`,
    http: `http://${url.hostname}${apiRootPath}`,
    foreign: `${foreignOrigin}${apiRootPath}`,
    slashes: `//stranger.example${apiRootPath}`,
    backslashes: `https:\\\\stranger.example${apiRootPath}`,
  };
  const address = addresses[apiRoot];
  return {
    title: "SOC Defenders TAXII 2.1 Server",
    description: "A simulation",
    ...((discovery === "full" || discovery === "only-default") && { default: address }),
    ...((discovery === "full" || discovery === "only-api-roots") && { api_roots: [address] }),
  };
}

/** TAXII 2.1 §4.2. */
export const apiRootDocument: unknown = {
  title: "SOC Defenders",
  versions: ["application/taxii+json;version=2.1"],
  max_content_length: 0,
};
