import { commandWords, ConfigurationError, createSecret, TargetError } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { remedies as logsRemedies } from "../logs/remedies.ts";
import { remedies as uploadRemedies } from "../threat-intelligence/answer.ts";
import { toError, toFailure } from "./failure.ts";

test("an error is told in the words of the settings, without secrets and control characters", () => {
  createSecret("secret-of-the-target");
  expect(toFailure(new TargetError("POST x: \u001b[31mno\n", { remedy: "Check sentinel.rule_id." }))).toEqual({
    message: "POST x: \ufffd[31mno ",
    remedy: "Check DCR_IMMUTABLE_ID.",
  });
  expect(toFailure(new RangeError("secret-of-the-target is odd")).message).toBe("unexpected: RangeError: [redacted] is odd");
});

test("all failures are in the one error that the host shows, each once", () => {
  const wrong = toFailure(new ConfigurationError("no readable collection", { remedy: "Choose from: a." }));
  const full = toFailure(new TargetError("HTTP 403", { remedy: "Give the role." }));
  expect(toError([wrong, full, wrong]).message).toBe("no readable collection. Choose from: a. | HTTP 403. Give the role.");
});

test.each([...Object.values(logsRemedies), ...Object.values(uploadRemedies)])(
  "advice of a destination names settings, never keys of a configuration file: %s",
  (remedy) => {
    expect(toFailure(new TargetError("x", { remedy })).remedy).not.toMatch(/\b[a-z]+_[a-z]+|\b(feed|filter|sentinel)\.[a-z]/);
  },
);

test.each(Object.values(commandWords))("there is no command and no state directory in a function app: %s", (words) => {
  const { remedy } = toFailure(new TargetError("x", { remedy: `Ask; if so, ${words}.` }));
  expect(remedy).not.toMatch(/socdefenders |--|ndjson|directory|ca_file/);
});
