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
  /** Counts what the workers have done with objects of a work, one by one or several `atOnce`; each error is one of them. */
  process(id: string, objects: number, errors: readonly string[], atOnce?: boolean): string;
  finish(id: string, message: string | undefined, inError: boolean): string;
  /** What the button that clears a connector's works does. */
  clear(): void;
}

/** `completesAtEquality`: before version 7, a work is complete when exactly as many were processed as announced, not when there are more. */
export function createOpenctiWorks({ completesAtEquality }: { readonly completesAtEquality: boolean }): OpenctiWorks {
  const works = new Map<string, OpenctiWork>();

  function change(id: string, edit: (work: OpenctiWork) => Partial<OpenctiWork>, atOnce = false): string {
    const work = works.get(id);
    // The platform answers with the id of a work that is gone, as if nothing were wrong.
    if (work === undefined) return id;
    const next = { ...work, ...edit(work) };
    const isClosed = next.processedTime !== null;
    // Workers count one by one: in between, the numbers were equal once.
    const isFinished = completesAtEquality
      ? next.processed === next.expected || (!atOnce && work.processed < next.expected && next.processed > next.expected)
      : next.processed >= next.expected;
    const isComplete = isFinished && (isClosed || (next.processed > 0 && !next.isMultiPart));
    const staysComplete = completesAtEquality && work.status === "complete";
    works.set(id, { ...next, status: isComplete || staysComplete ? "complete" : "progress" });
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
    process: (id, objects, added, atOnce) =>
      change(id, ({ processed, errors }) => ({ processed: processed + objects, errors: [...errors, ...added] }), atOnce),
    finish: (id, message, inError) =>
      change(id, ({ messages, errors }) => ({
        processedTime: new Date().toISOString(),
        ...(message !== undefined && (inError ? { errors: [...errors, message] } : { messages: [...messages, message] })),
      })),
  };
}
