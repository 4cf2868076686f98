import { clean, type Logger } from "@socdefenders/shared";
import { addExpectations, closeWork, isWorkAlive, readWorks, type Operation, type WorkSummary } from "./documents.ts";
import type { Graphql } from "./graphql.ts";

/** One run as the platform's connector page lists it. */
export interface Work {
  readonly id: string;
  /** Announces so many more objects; called before they are sent, or the work looks finished too early. */
  expect(objects: number, signal: AbortSignal): Promise<void>;
  /** So many of those announced will not come: the work would wait for them for ever. Takes effect when it is finished. */
  withdraw(objects: number): void;
  /** Whether the platform still has it: what comes under a work that an operator deleted is thrown away by the workers in silence. */
  isAlive(signal: AbortSignal): Promise<boolean>;
  /**
   * Ends it, with the error where there was one. False where it is closed but the platform did not take that what was announced is not
   * what came: called again, it tries that again. Throws where the platform did not close it.
   */
  finish(message: string, failure: Error | undefined, signal: AbortSignal): Promise<boolean>;
}

export interface WorkOptions {
  readonly connectorId: string;
  /** As the connector's page lists it. */
  readonly name: string;
  /** The platform's way to open one. */
  readonly add: Operation<{ workAdd: { id: string } }>;
  /** Whether the platform completes it only where as many objects were processed as were announced, not where there were more. */
  readonly completesAtEquality: boolean;
}

/** Opens a work. Only a run that has something to send opens one. */
export async function openWork(
  graphql: Graphql,
  { connectorId, name, add, completesAtEquality }: WorkOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<Work> {
  const { workAdd: work } = await graphql.call(add, { connectorId, name }, signal);
  // What the platform is known to have counted as announced, and what it was asked last and may have counted.
  let announced = 0;
  let doubtful = 0;
  let withdrawn = 0;
  let isClosed = false;

  const addToExpected = (expectations: number, aborted: AbortSignal): Promise<unknown> =>
    graphql.call(addExpectations, { id: work.id, expectations }, aborted);

  async function announce(objects: number, aborted: AbortSignal): Promise<void> {
    doubtful = objects;
    await addToExpected(objects, aborted);
    [announced, doubtful] = [announced + objects, 0];
  }

  /** What does not come is taken back; what came twice and was counted twice is announced, where one too many is never complete. */
  async function settle(aborted: AbortSignal): Promise<void> {
    if (doubtful !== 0) await resolveDoubt(aborted);
    if (withdrawn > 0) {
      await announce(-withdrawn, aborted);
      withdrawn = 0;
    }
    if (!completesAtEquality) return;
    const { expected, processed } = await readTracking(aborted);
    if (processed > expected) await addToExpected(processed - expected, aborted);
  }

  /** An answer that was lost is looked up: nothing comes of what was announced then, and what was taken back then is. */
  async function resolveDoubt(aborted: AbortSignal): Promise<void> {
    const { expected } = await readTracking(aborted);
    if (expected === announced + doubtful) [announced, withdrawn] = [announced + doubtful, withdrawn + doubtful];
    doubtful = 0;
  }

  async function readTracking(aborted: AbortSignal): Promise<{ readonly expected: number; readonly processed: number }> {
    const { connector } = await graphql.call(readWorks, { id: connectorId }, aborted);
    const tracking = connector?.works?.find((one) => one?.id === work.id)?.tracking;
    return { expected: tracking?.import_expected_number ?? 0, processed: tracking?.import_processed_number ?? 0 };
  }

  return {
    id: work.id,
    expect: announce,
    withdraw(objects) {
      withdrawn += objects;
    },
    async isAlive(aborted) {
      return (await graphql.call(isWorkAlive, { id: work.id }, aborted)).isWorkAlive === true;
    },
    async finish(message, failure, aborted) {
      const problem = await settle(aborted).catch((error: Error) => error);
      if (problem !== undefined) {
        const text = `the work ${work.id} may stay in progress, what was announced is not what came: ${problem.message}`;
        log.warn("work_expects", text, { work: work.id, withdrawn });
      }
      const text = failure === undefined ? message : `${message}, then: ${clean(failure.message, 1000)}`;
      // Once is enough for people, but it is closing that makes the platform look at the numbers.
      const said = isClosed ? undefined : text;
      await graphql.call(closeWork, { id: work.id, message: said, inError: failure !== undefined }, aborted);
      isClosed = true;
      return problem === undefined;
    },
  };
}

export interface LeftWorksOptions {
  readonly connectorId: string;
  readonly completesAtEquality: boolean;
}

/**
 * Closes what a run left open that was killed before it could: the platform would show it as in progress for ever; so it would one that is
 * closed, where one object too many was counted since and it compares for equality. One that it does not close is logged and left: nothing
 * depends on it.
 */
export async function closeLeftWorks(
  graphql: Graphql,
  options: LeftWorksOptions,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  const { connector } = await graphql.call(readWorks, { id: options.connectorId }, signal);
  for (const work of connector?.works ?? []) {
    if (work === null || work.status === "complete") continue;
    try {
      if (work.processed_time === null) await closeLeft(work.id);
      else if (options.completesAtEquality) await complete(work);
    } catch (error) {
      signal?.throwIfAborted();
      log.warn("work_open", `the work ${work.id} could not be closed: ${(error as Error).message}`, { work: work.id });
    }
  }

  async function closeLeft(id: string): Promise<void> {
    const message = "The run that opened this work ended without closing it";
    await graphql.call(closeWork, { id, message, inError: true }, signal);
    log.warn("work_closed", `closed the work ${id} of a run that did not end properly`, { work: id });
  }

  /** Closing again, with nothing to say, makes the platform compare the numbers again. */
  async function complete({ id, tracking }: WorkSummary): Promise<void> {
    const expectations = (tracking?.import_processed_number ?? 0) - (tracking?.import_expected_number ?? 0);
    if (expectations <= 0) return;
    await graphql.call(addExpectations, { id, expectations }, signal);
    await graphql.call(closeWork, { id, inError: false }, signal);
  }
}
