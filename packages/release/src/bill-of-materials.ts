import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import type { BundledPackage } from "./bundled-packages.ts";
import { lockedDigest } from "./lockfile.ts";

/**
 * What an artefact is made of, as CycloneDX 1.6 JSON. It has neither a time nor a random serial number, so that it is the same bytes in
 * every build. Packages of this repository have no digest: no registry served them.
 */
export function billOfMaterials(name: string, version: string, packages: readonly BundledPackage[]): string {
  const artefact = new Models.Component(Enums.ComponentType.Application, name, { version, bomRef: `${name}@${version}` });
  artefact.licenses.add(new Models.SpdxLicense("Apache-2.0"));
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: artefact }) });
  for (const found of packages) {
    const component = libraryComponent(found);
    bom.components.add(component);
    artefact.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function libraryComponent({ name, version, licence, own }: BundledPackage): Models.Component {
  const [unscoped = "", scope] = name.split("/").toReversed();
  const purl = new PackageURL("npm", scope, unscoped, version).toString();
  const component = new Models.Component(Enums.ComponentType.Library, unscoped, {
    version,
    purl,
    bomRef: purl,
    ...(scope !== undefined && { group: scope }),
  });
  component.licenses.add(/^[\w.-]+$/.test(licence) ? new Models.SpdxLicense(licence) : new Models.LicenseExpression(licence));
  if (!own) component.hashes.set(Enums.HashAlgorithm["SHA-512"], lockedDigest(name, version));
  return component;
}
