import type { Look } from "./contract.ts";

/** Looks and takes nothing down: for who wants to know only whether a check passes. */
export const onlyLook: Look = async (_, examine) => void (await examine());
