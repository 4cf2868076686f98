import { PositionError } from "./position-error.ts";

/** A collection was rebuilt since its position was saved. Only an operator can say whether to read it anew. */
export class RebuiltError extends PositionError {}
