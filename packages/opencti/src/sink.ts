import {
  onlyLook,
  stixNamespace,
  TargetError,
  uuidV5,
  type Logger,
  type Refusal,
  type RetryPolicy,
  type Sink,
  type StixObject,
} from "@socdefenders/shared";
import type { OpenctiConfig } from "./config.ts";
import type { OpenctiBundle } from "./mapping.ts";
import { mergePage } from "./mapping/page.ts";
import { createAmqpTransport } from "./platform/amqp.ts";
import { createApiTransport } from "./platform/api.ts";
import { examinePlatform } from "./platform/examination.ts";
import { createDirectoryTransport } from "./platform/directory.ts";
import { addMultiPartWork, addWork, type Registration } from "./platform/documents.ts";
import type { Graphql } from "./platform/graphql.ts";
import type { Session } from "./platform/session.ts";
import type { Undelivered } from "./platform/split.ts";
import { combine, type Transport } from "./platform/transport.ts";
import { closeLeftWorks, openWork, type Work } from "./platform/work.ts";

export interface SinkContext {
  readonly log: Logger;
  readonly graphql: Graphql;
  readonly session: Session;
  readonly retryPolicy?: RetryPolicy | undefined;
}

// A closing run has five seconds in all.
const closeTimeoutMs = 3000;

/**
 * Gives each page to the platform's workers as one merged bundle, under one work a run that is opened with the first page and always
 * closed, with the error where there was one. The workers import what was confirmed here on their own time.
 */
export function createSink(config: OpenctiConfig, { log, graphql, session, retryPolicy }: SinkContext): Sink<OpenctiBundle> {
  const { connectorId, connectorName, connectorScope } = config;
  let transport: Transport | undefined;
  let work: Work | undefined;
  let delivered = 0;
  let refused = 0;
  let unfinished: readonly Ending[] = [];

  async function openTransport(signal: AbortSignal): Promise<Transport> {
    const registration = await session.open(signal);
    const queue = config.sendsToQueue ? [openQueue(registration)] : [];
    return combine([...openDirectory(registration), ...queue]);
  }

  function openQueue(registration: Registration): Transport {
    if (config.queueProtocol === "amqp") return createAmqpTransport(registration, config.broker, { log, retryPolicy });
    const { announcesPushedBundles: announces, mostPushedBytes: maximumBytes } = session.features();
    return createApiTransport(graphql, { connectorId, announces, maximumBytes });
  }

  async function open(signal: AbortSignal): Promise<Work> {
    await finishWorks(signal);
    // Of what another process left, there is nothing to say but that.
    const { hasMultiPartWorks, completesAtEquality } = session.features();
    await closeLeftWorks(graphql, { connectorId, completesAtEquality }, log, signal);
    const add = hasMultiPartWorks ? addMultiPartWork : addWork;
    const name = `${connectorName} run @ ${new Date().toISOString()}`;
    return openWork(graphql, { connectorId, name, add, completesAtEquality }, log, signal);
  }

  function openDirectory({ connector_user_id: applicant }: Registration): readonly Transport[] {
    if (config.directory === undefined) return [];
    const { path, retention_days: retentionDays } = config.directory;
    return [createDirectoryTransport({ path, retentionDays, connectorId, connectorName, connectorScope, applicant })];
  }

  return {
    check: (signal, look = onlyLook) => examinePlatform(config, { graphql, log, look, signal }),
    async write(items, signal) {
      transport ??= await openTransport(signal);
      work ??= await open(signal);
      const objects = mergePage(items);
      const refusals = refusalsOf(items, await transport.send({ id: bundleId(objects), objects, work }, signal));
      // Asked behind the page, before its position is saved: what was sent so far came under a work that the workers heed.
      if (config.sendsToQueue && !(await work.isAlive(signal))) throw workDeleted(work);
      delivered += items.length - refusals.length;
      refused += refusals.length;
      return refusals;
    },
    async close(failure) {
      if (work !== undefined)
        unfinished = [...unfinished, { work, message: messageOf(delivered, refused), failure, isLate: false }];
      await Promise.all([finishWorks(AbortSignal.timeout(closeTimeoutMs)), transport?.close()]);
      [transport, work, delivered, refused] = [undefined, undefined, 0, 0];
    },
  };

  /** With those that the platform did not let earlier runs finish: a run with nothing new ends them too. */
  async function finishWorks(signal: AbortSignal): Promise<void> {
    const left: Ending[] = [];
    for (const { work: one, message, failure, isLate } of unfinished) {
      try {
        // One that somebody deleted meanwhile needs no end; one whose numbers are not taken twice stays as it is.
        if (isLate && !(await one.isAlive(signal))) continue;
        if (!(await one.finish(message, failure, signal)) && !isLate) left.push({ work: one, message, failure, isLate: true });
      } catch (error) {
        left.push({ work: one, message, failure, isLate: true });
        log.warn("work_open", `the work ${one.id} could not be closed, the next run does it: ${(error as Error).message}`);
      }
    }
    unfinished = left;
  }
}

/** What is still to be said of a work. */
interface Ending {
  readonly work: Work;
  readonly message: string;
  readonly failure: Error | undefined;
  /** Whether the platform was told before and did not take it. */
  readonly isLate: boolean;
}

const messageOf = (delivered: number, refused: number): string =>
  `${delivered} objects sent${refused > 0 ? `, ${refused} refused` : ""}`;

function workDeleted({ id }: Work): TargetError {
  return new TargetError(`the work ${id} was deleted on the platform, which throws away what comes under it`, {
    remedy: "Nothing has to be done: the next run sends the page again under a work of its own.",
  });
}

/** An item counts as refused where any of its objects was: it goes to the dead letters whole, and sending the rest again is harmless. */
function refusalsOf(items: readonly OpenctiBundle[], undelivered: readonly Undelivered[]): readonly Refusal<OpenctiBundle>[] {
  if (undelivered.length === 0) return [];
  const reasons = new Map(undelivered.map(({ id, reason }) => [id, reason]));
  return items.flatMap((item) => {
    const reason = item.objects.map(({ id }) => reasons.get(id)).find((found) => found !== undefined);
    return reason === undefined ? [] : [{ item, reason }];
  });
}

function bundleId(objects: readonly StixObject[]): string {
  return `bundle--${uuidV5(objects.map(({ id }) => id).join(), stixNamespace)}`;
}
