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
