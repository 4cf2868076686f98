import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { expect, test, vi } from "vitest";
import { bundle, type Bundle, type BundleOptions } from "./bundle.ts";

vi.setConfig({ testTimeout: 60_000 });

const packages = join(import.meta.dirname, "../../");
const artefacts: readonly (readonly [folder: string, options: BundleOptions])[] = [
  ["opencti", { name: "socdefenders-opencti" }],
  ["splunk", { name: "TA_socdefenders", external: ["iconv-lite"] }],
];

const components = ({ billOfMaterials }: Bundle): readonly Component[] =>
  (JSON.parse(billOfMaterials) as { readonly components: readonly Component[] }).components;

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly object[];
}

const key = ({ group, name, version }: Component): string => `${group === undefined ? "" : `${group}/`}${name}@${version}`;

/** What the comments of an unminified bundle say: esbuild writes the path of each module above its code. */
function packagesInCode(code: Uint8Array): string[] {
  const paths = Buffer.from(code)
    .toString()
    .matchAll(
      /^(?: {2})?\/\/ \S*node_modules\/\.pnpm\/((?:@[^+/]+\+)?[^@/]+@[^_(/]+)\S*$|^(?: {4})?"\S*node_modules\/\.pnpm\/((?:@[^+/]+\+)?[^@/]+@[^_(/]+)/gm,
    );
  return [...new Set([...paths].map(([, comment, wrapped]) => (comment ?? wrapped ?? "").replace("+", "/")))].toSorted();
}

test.each(artefacts)(
  "the bill of materials of %s is valid CycloneDX 1.6 and lists exactly what is in the code",
  async (folder, options) => {
    const made = await bundle(join(packages, folder), options);
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(made.billOfMaterials)).toBeNull();
    const installed = components(made).filter(({ group }) => group !== "@socdefenders");
    expect(installed.length).toBeGreaterThan(8);
    expect(installed.map(key).toSorted()).toEqual(packagesInCode(made.code));
    const own = components(made).filter(({ group }) => group === "@socdefenders");
    expect(own.map(({ name }) => name).toSorted()).toEqual([folder, "shared"].toSorted());
    for (const component of installed) {
      expect(component.purl).toBe(`pkg:npm/${key(component).replace(/^@/, "%40")}`);
      expect(component.licenses).toHaveLength(1);
      expect(component.hashes).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) as string }]);
    }
  },
);

test.each(artefacts)("the licences of %s name everything of others that is in it", async (folder, options) => {
  const made = await bundle(join(packages, folder), options);
  for (const { group, name, version } of components(made)) {
    const chapter = `\n${group === undefined ? "" : `${group}/`}${name} ${version}\n`;
    expect([chapter, made.licences.includes(chapter)]).toEqual([chapter, group !== "@socdefenders"]);
  }
  expect(Buffer.from(made.code).toString().trimEnd()).toMatch(/THIRD-PARTY-LICENSES\.txt$/);
});
