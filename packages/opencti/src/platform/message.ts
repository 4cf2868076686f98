import type { Part } from "./split.ts";

/** A message as it is published, and the object in it. */
export interface Message {
  readonly id: string;
  readonly body: Buffer;
}

/** What all messages of a bundle say alike. */
export interface Envelope {
  readonly bundleId: string;
  readonly workId: string;
  /** Id of the user that the import counts for. */
  readonly applicant: string | null;
}

/**
 * One message an object, as the platform's worker reads them (`opencti-worker/src/push_handler.py`): the object in a bundle of its own in
 * Base64, and which work it counts for.
 */
export function toMessages(parts: readonly Part[], { bundleId, workId, applicant }: Envelope): readonly Message[] {
  return parts.map(({ sequence, object }, index) => {
    const bundle = {
      type: "bundle",
      id: bundleId,
      spec_version: "2.1",
      x_opencti_seq: sequence,
      objects: [{ ...object, nb_deps: sequence }],
    };
    const message = {
      bundle_type: "QUEUE_BUNDLE",
      applicant_id: applicant,
      action_sequence: index + 1,
      entities_types: [],
      content: Buffer.from(JSON.stringify(bundle)).toString("base64"),
      update: false,
      draft_id: null,
      no_split: false,
      work_id: workId,
    };
    return { id: object.id, body: Buffer.from(JSON.stringify(message)) };
  });
}
