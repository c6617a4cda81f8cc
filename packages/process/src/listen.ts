import type { BindAddress } from './bind-address.ts';
import { StartupError } from './startup-error.ts';

const EVERY_ADDRESS = '::';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/**
 * Starts to listen and returns the URL; `::` means IPv4 where there is no IPv6.
 *
 * Throws `StartupError` naming the flag if it cannot.
 */
export async function listen(
  app: { listen(options: { host: string; port: number }): Promise<string> },
  { host, port }: BindAddress,
  flag: string,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = codeOf(error);
    if (host === EVERY_ADDRESS && code === 'EAFNOSUPPORT') {
      return listen(app, { host: '0.0.0.0', port }, flag);
    }
    throw new StartupError(`${flag}: cannot listen on ${host} port ${port} (${code})`);
  }
}
