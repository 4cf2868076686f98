export { billOfMaterials } from "./bill-of-materials.ts";
export { bundle, type Bundle, type BundleOptions } from "./bundle.ts";
export type { Plugin } from "esbuild";
