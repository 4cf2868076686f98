import { commandWords } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { inOwnNames } from "./own-names.ts";

test.each([
  ["Check opencti.token.", "Check OPENCTI_TOKEN."],
  ["opencti.mq.user: wrong; check opencti.mq.pass", "MQ_USER: wrong; check MQ_PASS"],
  [
    "Give opencti.directory, or leave opencti.send_to_queue on.",
    "Give CONNECTOR_SEND_TO_DIRECTORY, or leave CONNECTOR_SEND_TO_QUEUE on.",
  ],
  ["opencti.directory.path is missing", "CONNECTOR_SEND_TO_DIRECTORY_PATH is missing"],
  ["opencti.mq.reject_unauthorized", "MQ_USE_SSL_REJECT_UNAUTHORIZED"],
  ["opencti.create_observables", "SOCDEFENDERS_CREATE_OBSERVABLES"],
  ["feed.api_key and filter.max_tlp", "SOCDEFENDERS_API_KEY and SOCDEFENDERS_MAX_TLP"],
  ["see https://opencti.example.com and feed.example.com", "see https://opencti.example.com and feed.example.com"],
])("%s", (text, expected) => {
  expect(inOwnNames(text)).toBe(expected);
});

test.each(Object.values(commandWords))("there is no command and no configuration file beside OpenCTI: %s", (words) => {
  const told = inOwnNames(`Ask; if so, ${words}.`);
  expect(told).not.toBe(`Ask; if so, ${words}.`);
  expect(told).not.toMatch(/`socdefenders |--[a-z]|\bca_file|CONFIG\b/);
});

test("the position is the connector's state, and the state directory a variable", () => {
  expect(inOwnNames("Remove the saved position to read again from feed.start.")).toBe(
    "Reset the connector's state on its page in OpenCTI to read again from SOCDEFENDERS_START.",
  );
  expect(inOwnNames("Check state_directory and its permissions.")).toBe("Check SOCDEFENDERS_STATE_DIRECTORY and its permissions.");
});
