import { pollSecondsSchema } from "@socdefenders/shared";
import type { z } from "zod";

/** How often one target is polled, in place of `feed.poll_seconds`. */
export const targetPollSecondsSchema: z.ZodOptional<z.ZodInt> = pollSecondsSchema
  .optional()
  .describe("how often a service delivers to this one, in place of `feed.poll_seconds`; 60 to 604800");
