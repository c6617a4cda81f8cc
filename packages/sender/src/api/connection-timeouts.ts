/** How long what of a connection may take; milliseconds, named as Node names them. */
export const CONNECTION_TIMEOUTS = {
  /** A mail at the limits (20 MiB) arrives in time at 3 Mbit/s. */
  requestTimeout: 60_000,
  /** Headers are one packet or two. */
  headersTimeout: 10_000,
  /** Longer than proxies keep an idle connection (60 s), so that they are not answered with a reset. */
  keepAliveTimeout: 75_000,
  /** How often connections are looked through for those that take too long. */
  connectionsCheckingInterval: 5_000,
} as const;
