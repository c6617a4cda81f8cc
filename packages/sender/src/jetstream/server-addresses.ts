/** Addresses as they may be shown: without user names and passwords. */
export function shownAddresses(servers: readonly string[]): string {
  return servers.map((server) => server.replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1')).join(', ');
}
