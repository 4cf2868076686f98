import { split } from "./split.ts";
import type { Delivery } from "./transport.ts";

/**
 * The messages of a bundle, one an object in the order of their needs, as the platform's worker reads them: the object in a bundle of
 * its own in Base64, and which work and which user (`applicant`) it counts for.
 */
export function toMessages({ id, objects, work }: Delivery, applicant: string | null): readonly Buffer[] {
  return split(objects).map(({ sequence, object }, index) => {
    const bundle = {
      type: "bundle",
      id,
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
      work_id: work.id,
    };
    return Buffer.from(JSON.stringify(message));
  });
}
