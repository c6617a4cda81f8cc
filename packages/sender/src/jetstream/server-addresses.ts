const LOGIN = /^([a-z]+:\/\/)?([^/@]*)@/i;

/** A user name and a password in the address of a server. */
export interface Login {
  readonly user: string;
  readonly pass: string;
}

/** Addresses without user names and passwords, as they may be shown. */
export function withoutLogins(servers: readonly string[]): readonly string[] {
  return servers.map((server) => server.replace(LOGIN, '$1'));
}

/** The first login in an address. */
export function loginOf(servers: readonly string[]): Login | undefined {
  const [found] = servers.flatMap((server) => LOGIN.exec(server)?.[2] ?? []);
  if (found === undefined) return undefined;
  const [user = '', ...rest] = found.split(':');
  return { user: decodeURIComponent(user), pass: decodeURIComponent(rest.join(':')) };
}
