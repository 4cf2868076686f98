/** A work as the platform's connector page shows it. */
export interface OpenctiWork {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  /** Complete only once it is closed. */
  readonly isMultiPart: boolean;
  readonly timestamp: string;
  readonly status: "wait" | "progress" | "complete";
  readonly expected: number;
  readonly processed: number;
  readonly processedTime: string | null;
  readonly messages: readonly string[];
  readonly errors: readonly string[];
}

/** The works of all connectors; each change answers with the id of its work. */
export interface OpenctiWorks {
  all(): readonly OpenctiWork[];
  add(connector: string, name: string, isMultiPart?: boolean): OpenctiWork;
  expect(id: string, objects: number): string;
  /** Counts what the workers have done with objects of a work; each error is one of them. */
  process(id: string, objects: number, errors: readonly string[]): string;
  finish(id: string, message: string | undefined, inError: boolean): string;
  /** What the button that clears a connector's works does. */
  clear(): void;
}

export function createOpenctiWorks(): OpenctiWorks {
  const works = new Map<string, OpenctiWork>();

  function change(id: string, edit: (work: OpenctiWork) => Partial<OpenctiWork>): string {
    const work = works.get(id);
    // The platform answers with the id of a work that is gone, as if nothing were wrong.
    if (work === undefined) return id;
    const next = { ...work, ...edit(work) };
    const isClosed = next.processedTime !== null;
    const isComplete = next.processed >= next.expected && (isClosed || (next.processed > 0 && !next.isMultiPart));
    works.set(id, { ...next, status: isComplete ? "complete" : "progress" });
    return id;
  }

  return {
    all: () => [...works.values()],
    add(connector, name, isMultiPart = false) {
      const timestamp = new Date().toISOString();
      const id = `work_${connector}_${timestamp}_${works.size}`;
      const work: OpenctiWork = {
        id,
        name,
        connector,
        isMultiPart,
        timestamp,
        status: "wait",
        expected: 0,
        processed: 0,
        processedTime: null,
        messages: [],
        errors: [],
      };
      works.set(id, work);
      return work;
    },
    clear: () => works.clear(),
    expect: (id, objects) => change(id, ({ expected }) => ({ expected: expected + objects })),
    process: (id, objects, added) =>
      change(id, ({ processed, errors }) => ({ processed: processed + objects, errors: [...errors, ...added] })),
    finish: (id, message, inError) =>
      change(id, ({ messages, errors }) => ({
        processedTime: new Date().toISOString(),
        ...(message !== undefined && (inError ? { errors: [...errors, message] } : { messages: [...messages, message] })),
      })),
  };
}
