import { createTurns, isLoopback, type Host } from "@socdefenders/shared";
import type { OpenctiConfig } from "../config.ts";
import { pingConnector, readState, readVersion, registerConnector, type ConnectorInfo, type Registration } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
import { StateResetError } from "./reset-error.ts";
import { featuresOf, type PlatformFeatures } from "./version.ts";
import { closeLeftWorks } from "./work.ts";

/** The connector's presence on the platform: registered, pinged, and with the state that the platform keeps for it. */
export interface Session {
  /** Registers on the first call and starts the pings; later calls get the same answer, unless it failed. */
  open(signal?: AbortSignal): Promise<Registration>;
  /** The state as the platform last confirmed it; empty before the first save and after a reset. */
  state(): string;
  /** What this platform can do; known once the session is open. */
  features(): PlatformFeatures;
  /** Counts the resets seen; a position read before the last one must not be saved any more. */
  resets(): number;
  /** Aborted, with a StateResetError, by the next reset on the platform, which a ping learns of within 40 seconds. */
  untilReset(): AbortSignal;
  /** Replaces the state; resolves when the platform answered with it. Throws StateResetError when it answered with another one. */
  save(state: string): Promise<void>;
  /** Tells the platform's connector page how the connector does. Never throws: a ping that fails is logged. */
  report(info: Partial<ConnectorInfo>): Promise<void>;
  /** Stops the pings and closes the connections; the connector stays registered, or its state and its queues would be lost. */
  close(): Promise<void>;
}

/** The platform shows a connector as inactive after five minutes of silence. */
const pingEveryMs = 40_000;

/** `onPing` is told of every ping whether the platform answered it. */
export function createSession(
  config: OpenctiConfig,
  { log }: Host,
  graphql: Graphql,
  onPing: (answered: boolean) => void = () => undefined,
): Session {
  let registration: Promise<Registration> | undefined;
  let state = "";
  // The state of a ping that may have arrived although its answer did not.
  let unsettled: string | undefined;
  let features = featuresOf("");
  let resets = 0;
  let reset = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let closed: Promise<void> | undefined;
  // A ping that overtook a save would put the old state back.
  const inTurn = createTurns();
  let info: ConnectorInfo = { run_and_terminate: false, buffering: false, queue_threshold: 500, queue_messages_size: 0 };

  async function register(signal?: AbortSignal): Promise<Registration> {
    if (config.url.protocol === "http:" && !isLoopback(config.url)) {
      log.warn("clear_text", `opencti.url is http://: the token travels to ${config.url.host} in clear`);
    }
    const input = {
      id: config.connectorId,
      name: config.connectorName,
      type: "EXTERNAL_IMPORT",
      scope: config.connectorScope,
      auto: false,
      only_contextual: false,
      playbook_compatible: false,
      enrichment_resolution: "none",
    };
    if (!config.verifiesCertificate) {
      log.warn("certificate_unverified", "opencti.ssl_verify is off: whoever answers for the platform gets the token");
    }
    features = featuresOf((await graphql.call(readVersion, {}, signal)).about.version);
    if (!features.isSupported)
      log.warn("platform_version", `OpenCTI ${features.version} is older than 6.8, what this connector was made for`);
    log.debug("registering", `OpenCTI ${features.version}`, { version: features.version, connector_id: config.connectorId });
    const { registerConnector: registered } = await graphql.call(registerConnector, { input }, signal);
    state = registered.connector_state ?? "";
    unsettled = undefined;
    await ping(state, signal);
    await closeLeftWorks(
      graphql,
      { connectorId: config.connectorId, completesAtEquality: features.completesAtEquality },
      log,
      signal,
    );
    clearInterval(timer);
    timer = setInterval(() => void pingAgain(), pingEveryMs).unref();
    return registered;
  }

  /** The platform ignores the state of the first ping after a reset and answers with an empty one: what it answers holds. */
  async function ping(next: string, signal?: AbortSignal): Promise<boolean> {
    state = (await settle(signal)) ?? (await pingOnce(next, signal));
    if (state === next) return true;
    resets += 1;
    log.warn("state_reset", "the connector's state was reset on the platform; the feed is read again from feed.start");
    reset.abort(new StateResetError());
    reset = new AbortController();
    return false;
  }

  /** Behind a ping whose answer was lost: the state that the platform holds where it is neither the old nor that ping's; else undefined. */
  async function settle(signal?: AbortSignal): Promise<string | undefined> {
    if (unsettled === undefined) return undefined;
    const { connector } = await graphql.call(readState, { id: config.connectorId }, signal);
    const held = connector?.connector_state ?? "";
    // One that was deleted is for the ping to find out.
    const isExpected = connector === null || held === state || held === unsettled;
    unsettled = undefined;
    return isExpected ? undefined : held;
  }

  async function pingOnce(next: string, signal?: AbortSignal): Promise<string> {
    unsettled = next;
    const variables = { id: config.connectorId, state: next, connectorInfo: info };
    const answer = await graphql.call(pingConnector, variables, signal).catch((error: unknown) => {
      onPing(false);
      // Somebody deleted it, its queues and its state with it: the next run registers it again.
      if (/No connector found/.test(String(error))) registration = undefined;
      throw error;
    });
    onPing(true);
    unsettled = undefined;
    return answer.pingConnector.connector_state ?? "";
  }

  function pingAgain(): Promise<void> {
    return inTurn(async () => void (await ping(state))).catch((error: Error) => log.warn("ping_failed", error.message));
  }

  async function close(): Promise<void> {
    clearInterval(timer);
    await inTurn(() => Promise.resolve());
    await graphql.close();
  }

  return {
    async open(signal) {
      registration ??= register(signal);
      try {
        return await registration;
      } catch (error) {
        registration = undefined;
        throw error;
      }
    },
    state: () => state,
    features: () => features,
    resets: () => resets,
    untilReset: () => reset.signal,
    save: (newState) =>
      inTurn(async () => {
        // A position is worth a second try: without it the whole page would be sent again.
        const isKept = await ping(newState).catch((error: unknown) => {
          if (registration === undefined) throw error;
          return ping(newState);
        });
        if (!isKept) throw new StateResetError();
      }),
    report(change) {
      info = { ...info, ...change };
      return timer === undefined ? Promise.resolve() : pingAgain();
    },
    close: () => (closed ??= close()),
  };
}
