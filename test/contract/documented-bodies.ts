/** Bodies of the shapes that the vendor's public documents show, with values of our own; each says which page has the shape. */
const domain = (id: number, more: object): Record<string, unknown> => ({
  type: "indicator",
  spec_version: "2.1",
  id: `indicator--00000000-0000-4000-8000-00000000000${id}`,
  name: "A domain",
  pattern: `[domain-name:value = 'd${id}.example']`,
  pattern_type: "stix",
  valid_from: "2026-05-16T08:21:30Z",
  confidence: 85,
  ...more,
});

const inSeconds = { created: "2026-05-16T08:21:30Z", modified: "2026-05-16T08:21:30Z" };
const inMilliseconds = { created: "2026-05-16T08:21:30.000Z", modified: "2026-05-16T08:21:30.000Z" };

const vendorIdentity = {
  type: "identity",
  spec_version: "2.1",
  id: "identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e",
  created: "2024-01-01T00:00:00.000Z",
  modified: "2026-05-17T10:30:00.000Z",
  name: "SOC Defenders",
  identity_class: "organization",
};
const shortIdentity = { type: "identity", spec_version: "2.1", name: "SOC Defenders", identity_class: "organization" };

export const objectsBodies: Readonly<Record<string, unknown>> = {
  // docs.socdefenders.ai/api-reference/taxii/fetch-stix-21-objects-from-a-taxii-collection: seconds, a marking that is not included.
  "collection objects": {
    type: "bundle",
    id: "bundle--0c0ffee0-0000-4000-8000-000000000001",
    objects: [
      vendorIdentity,
      domain(1, {
        ...inSeconds,
        created_by_ref: vendorIdentity.id,
        object_marking_refs: ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
        indicator_types: ["malicious-activity"],
        labels: ["c2", "botnet"],
      }),
    ],
  },
  // docs.socdefenders.ai/api-reference/taxii/objects: a bundle with spec_version, no identity.
  "TAXII objects": {
    type: "bundle",
    id: "bundle--0c0ffee0-0000-4000-8000-000000000002",
    spec_version: "2.1",
    objects: [domain(2, inSeconds)],
  },
  // docs.socdefenders.ai/formats/stix-taxii: an identity whose id is no UUID and that has no dates, milliseconds.
  "export guide": {
    type: "bundle",
    spec_version: "2.1",
    id: "bundle--0c0ffee0-0000-4000-8000-000000000003",
    objects: [{ ...shortIdentity, id: "identity--socdefenders" }, domain(3, inMilliseconds)],
  },
  // docs.socdefenders.ai/api-reference/iocs/stix: indicators without created and modified.
  "IOC export": {
    type: "bundle",
    id: "bundle--0c0ffee0-0000-4000-8000-000000000004",
    spec_version: "2.1",
    objects: [{ ...shortIdentity, id: "identity--0c0ffee0-0000-4000-8000-000000000000" }, domain(4, {})],
  },
  // docs.socdefenders.ai/api-reference/export-formats/export-iocs-as-a-stix-21-bundle: a fixed identity, markings included on demand.
  "bundle export": {
    type: "bundle",
    id: "bundle--0c0ffee0-0000-4000-8000-000000000005",
    objects: [
      { ...vendorIdentity, modified: "2024-12-09T10:30:00.000Z" },
      {
        type: "marking-definition",
        spec_version: "2.1",
        id: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        created: "2022-10-01T00:00:00.000Z",
        name: "TLP:GREEN",
        extensions: {
          "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { extension_type: "property-extension", tlp_2_0: "green" },
        },
      },
      domain(5, { ...inSeconds, created_by_ref: vendorIdentity.id }),
    ],
  },
};
