/** What stands below the options of a command's help: examples and exit codes. */
export function helpOf(command: keyof typeof helpTexts): string {
  const { examples, exitCodes } = helpTexts[command];
  return `\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}\nExit codes: ${exitCodes}`;
}

const helpTexts = {
  check: {
    examples: [
      "socdefenders check config.yaml",
      "socdefenders check config.yaml --only splunk",
      "socdefenders check config.yaml --json | jq 'select(.status != \"ok\")'",
    ],
    exitCodes:
      "0 all is well or worth a warning, 2 configuration, 3 feed, 4 target or state directory; the first line that failed decides",
  },
  schema: {
    examples: [
      "socdefenders schema > socdefenders.schema.json",
      "# then, as the first line of config.yaml:",
      "# yaml-language-server: $schema=socdefenders.schema.json",
    ],
    exitCodes: "0 done",
  },
} as const;
