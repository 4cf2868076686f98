export interface Advice {
  readonly text: string;
  /** Whether the answer will be the same next time. */
  readonly isFinal: boolean;
}

/** What to do about an answer of the broker, or about none. */
export function adviceOn(cause: unknown): Advice {
  const text = String(cause);
  const found = advice.find(({ pattern }) => pattern.test(text));
  return found === undefined ? { text: outOfReach, isFinal: false } : { text: found.remedy, isFinal: true };
}

/** The largest message that the broker takes, in bytes, where it refused one for its size (406 PRECONDITION_FAILED). */
export function sizeLimitIn(cause: unknown): number | undefined {
  const [, bytes] = /larger than (?:configured )?max size (\d+)/.exec(String(cause)) ?? [];
  return bytes === undefined ? undefined : Number(bytes);
}

const outOfReach =
  "Check that the connector reaches RabbitMQ (opencti.mq), or set opencti.queue_protocol: api. The page is sent again by the next run.";

const advice = [
  {
    pattern: /ACCESS.REFUSED|NOT.ALLOWED/,
    remedy: "Check opencti.mq.user, opencti.mq.pass and opencti.mq.vhost, or the platform's own settings of RabbitMQ.",
  },
  {
    pattern: /no queue is bound|NOT.FOUND/,
    remedy: "Restart the connector: registering makes the platform set up its queues again.",
  },
  {
    pattern: /blocks its publishers/,
    remedy: "Free memory or disk of RabbitMQ, or raise its limits (vm_memory_high_watermark, disk_free_limit).",
  },
  {
    pattern: /CERT|certificate|SELF_SIGNED|ERR_TLS|ssl3|tlsv1|wrong version number/i,
    remedy: "Check opencti.mq.use_ssl, opencti.mq.ca_file and, where the broker asks for one, the client's certificate and key.",
  },
  {
    pattern: /PRECONDITION.FAILED/,
    remedy: "Read the broker's log: it refused a message for another reason than its size.",
  },
];
