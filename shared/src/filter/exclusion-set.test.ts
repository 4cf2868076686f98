import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { expect, test } from "vitest";
import type { Observable } from "../stix/pattern/collect.ts";
import { createExclusionSet } from "./exclusion-set.ts";
import { parseExclusion, type Exclusion } from "./exclusion.ts";
import { placeOf } from "./place.ts";

// Few labels and few high bits, so that entries and observables meet often.
const label = fc.constantFrom("a", "b", "com", "xn--p1ai");
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const byte = fc.constantFrom(0, 1, 127, 128, 255);
const ipv4 = fc.array(byte, { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join("."));
const ipv6 = fc.array(byte, { minLength: 16, maxLength: 16 }).map((bytes) => ipaddr.fromByteArray(bytes).toString());
const range = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);
const entry = fc.oneof(
  name,
  name.map((domain) => `*.${domain}`),
  ipv4,
  ipv6,
  range,
);

const observed = (type: Observable["type"], value: string): Observable => ({ type, value, path: "", partial: false });
const observable = fc.oneof(
  name.map((value) => observed("domain", value)),
  ipv4.map((value) => observed("ipv4", value)),
  ipv6.map((value) => observed("ipv6", value)),
  range.map((value) => observed("cidr", value)),
  fc.oneof(name, ipv4).map((host) => observed("url", `http://${host}/path`)),
);

/** The same question answered entry by entry, with the address library's own comparison. */
function naive(entries: readonly string[], { type, value }: Observable): boolean {
  const host = type === "url" ? new URL(value).hostname : value;
  return entries.some((text) => {
    if (text.startsWith("*.")) return host === text.slice(2) || host.endsWith(text.slice(1));
    if (!isNetwork(text) || !isNetwork(host)) return text === host;
    const [[outer, outerBits], [inner, innerBits]] = [toRange(text), toRange(host)];
    return outer.kind() === inner.kind() && outerBits <= innerBits && inner.match(outer, outerBits);
  });
}

const isNetwork = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text.split("/")[0] ?? "") || text.includes(":");

function toRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

test("answers as a comparison with every entry does", () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 20 }),
      fc.array(observable, { minLength: 1, maxLength: 20 }),
      (entries, observables) => {
        const isExcluded = createExclusionSet(entries.map((text) => parseExclusion(text) as Exclusion));
        const found = observables.filter((one) => isExcluded(one, placeOf(one)));
        expect(found).toEqual(observables.filter((one) => naive(entries, one)));
      },
    ),
    { numRuns: 2000 },
  );
});
