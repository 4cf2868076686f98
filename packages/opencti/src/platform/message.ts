import type { Part } from "./split.ts";

/** A message to publish, and the object in it. */
export interface Message {
  readonly id: string;
  /** Its body, made when it is sent: a page of them at once would take three times the memory of its objects. */
  encode(): Buffer;
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
export function toMessages(parts: readonly Part[], envelope: Envelope): readonly Message[] {
  return parts.map((part, index) => ({ id: part.object.id, encode: () => encode(part, index + 1, envelope) }));
}

function encode({ sequence, object }: Part, action: number, { bundleId, workId, applicant }: Envelope): Buffer {
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
    action_sequence: action,
    entities_types: [],
    content: Buffer.from(JSON.stringify(bundle)).toString("base64"),
    update: false,
    draft_id: null,
    no_split: false,
    work_id: workId,
  };
  return Buffer.from(JSON.stringify(message));
}
