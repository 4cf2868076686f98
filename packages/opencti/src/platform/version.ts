/** What the connector does differently on different platforms. */
export interface PlatformFeatures {
  /** As `about` says it: 6.8.10, 7.260817.0. */
  readonly version: string;
  /** Works that stay open until they are closed (`workAdd(isMultiPartWork)`). */
  readonly hasMultiPartWorks: boolean;
  /** `stixBundlePush` splits bundles and announces their objects on the work itself; before that, the worker does when it splits. */
  readonly announcesPushedBundles: boolean;
  /** Largest bundle in bytes that one push may have. */
  readonly mostPushedBytes: number;
  /**
   * A work is complete as soon as exactly as many objects were processed as were announced, and not when it is one more: so on 6.x
   * (`isWorkCompleted` there).
   */
  readonly completesAtEquality: boolean;
  /** Whether this connector was made for it: 6.8 and later. */
  readonly isSupported: boolean;
}

/** Of the 50 MB that the platform takes in a request; it splits what it is given. */
const mostOfARequest = 40_000_000;
/** The platform puts a bundle into one message, in base64, for the workers to split: 16 MB of the 16 MiB that RabbitMQ 4 takes. */
const mostOfAMessage = 12_000_000;

/** What a platform of this version can do. A version that cannot be read counts as the oldest supported one: it is asked for nothing new. */
export function featuresOf(version: string): PlatformFeatures {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? ["", "6", "8"];
  const isSeven = Number(major) >= 7;
  return {
    version,
    hasMultiPartWorks: isSeven,
    announcesPushedBundles: isSeven,
    mostPushedBytes: isSeven ? mostOfARequest : mostOfAMessage,
    completesAtEquality: !isSeven,
    isSupported: isSeven || (major === "6" && Number(minor) >= 8),
  };
}
