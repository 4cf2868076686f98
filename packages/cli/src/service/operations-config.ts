import { parseSection } from "@socdefenders/shared";
import { z } from "zod";

/** Where the service tells how it does. */
export interface OperationsConfig {
  readonly listen: string;
  readonly port: number;
}

/** Reads the `operations` section strictly. Throws ConfigurationError. */
export const parseOperationsConfig = (input: unknown): OperationsConfig => parseSection(operationsSchema, input, "operations");

const operationsSchema = z.strictObject({
  listen: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe(
      "the address to listen at; without a password or TLS, so another one than this machine's own only where a network is trusted",
    ),
  port: z.int().min(0).max(65_535).default(9464).describe("its port; 0 is any free one, which the log names"),
});

/** The `operations` section as it is written; the descriptions are the reference page's. */
export const writtenOperationsSchema: z.ZodObject = operationsSchema;

// A week. Far beyond it a timer overflows and does not wait at all.
const longestPollSeconds = 7 * 24 * 60 * 60;

/** How often one target is polled, in place of `feed.poll_seconds`. */
export const pollSecondsSchema: z.ZodOptional<z.ZodInt> = z
  .int()
  .min(60)
  .max(longestPollSeconds)
  .optional()
  .describe("how often a service delivers to this one, in place of `feed.poll_seconds`; 60 to 604800");
