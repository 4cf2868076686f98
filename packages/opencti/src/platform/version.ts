/** What the connector does differently on different platforms. */
export interface PlatformFeatures {
  /** As `about` says it: 6.8.10, 7.260817.0. */
  readonly version: string;
  /** Works that stay open until they are closed (`workAdd(isMultiPartWork)`). */
  readonly hasMultiPartWorks: boolean;
  /** `stixBundlePush` splits bundles and announces their objects on the work itself; before that, the worker does when it splits. */
  readonly announcesPushedBundles: boolean;
  /** Whether this connector was made for it: 6.8 and later. */
  readonly isSupported: boolean;
}

/** What a platform of this version can do. A version that cannot be read counts as the oldest supported one: it is asked for nothing new. */
export function featuresOf(version: string): PlatformFeatures {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? ["", "6", "8"];
  const isSeven = Number(major) >= 7;
  return {
    version,
    hasMultiPartWorks: isSeven,
    announcesPushedBundles: isSeven,
    isSupported: isSeven || (major === "6" && Number(minor) >= 8),
  };
}
