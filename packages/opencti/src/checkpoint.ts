import { PositionError, positionName, readRecord, writeRecord, type CheckpointStore } from "@socdefenders/shared";
import { z } from "zod";
import { StateResetError } from "./platform/reset-error.ts";
import type { Session } from "./platform/session.ts";

const stateSchema = z.object({ schema: z.literal(1), positions: z.record(z.string(), z.unknown()) });
const where = "the connector's state in OpenCTI";

/**
 * Positions in the state that the platform keeps for the connector, a record each under its name; the platform's "reset state" makes
 * the connector start anew. A position that was read before a reset is not written over it.
 */
export function createCheckpoints(session: Session): CheckpointStore {
  const resetsAtLoad = new Map<string, number>();
  return {
    async load(key) {
      await session.open();
      const name = positionName(key);
      resetsAtLoad.set(name, session.resets());
      const record = readPositions(session.state())[name];
      return record === undefined ? undefined : readRecord(JSON.stringify(record), where);
    },
    async save(key, cursor) {
      await session.open();
      const name = positionName(key);
      if ((resetsAtLoad.get(name) ?? session.resets()) !== session.resets()) throw new StateResetError();
      const positions = { ...readPositions(session.state()), [name]: JSON.parse(writeRecord(key, cursor)) as unknown };
      await session.save(JSON.stringify({ schema: 1, positions }));
    },
  };
}

function readPositions(state: string): Readonly<Record<string, unknown>> {
  if (state === "" || state === "null" || state === "{}") return {};
  let content: unknown;
  try {
    content = JSON.parse(state);
  } catch (cause) {
    throw new PositionError(`${where} is damaged: not JSON`, { remedy: resetRemedy, cause });
  }
  const schema = z.object({ schema: z.number() }).safeParse(content);
  if (schema.success && schema.data.schema > 1) {
    throw new PositionError(`${where} was written by a newer version (schema ${schema.data.schema})`, {
      remedy: "Run the version that wrote it, or a newer one.",
    });
  }
  const parsed = stateSchema.safeParse(content);
  if (!parsed.success)
    throw new PositionError(`${where} is not one of this connector: ${z.prettifyError(parsed.error)}`, { remedy: resetRemedy });
  return parsed.data.positions;
}

const resetRemedy = "Reset the connector's state in OpenCTI (Data > Ingestion > Connectors) to read again from feed.start.";
