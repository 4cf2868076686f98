// The state of the function app apart from the rest: the storage SDK is no part of what delivers elsewhere.
export { openCheckpoints } from "./checkpoint.ts";
export { openContainer, type StateConfig } from "./state/container.ts";
