import { TargetError } from "@socdefenders/shared";

/** The operator reset the connector's state on the platform: what is under way ends, and the feed is read anew. */
export class StateResetError extends TargetError {
  constructor() {
    super("the connector's state was reset on the platform", {
      remedy: "Nothing has to be done: the feed is read again from feed.start.",
    });
  }
}
