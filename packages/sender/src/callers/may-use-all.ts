import type { Permission } from '../sender.ts';
import type { Caller } from './caller.ts';

/** Whether a caller may use each of the providers that a mail may go through. */
export async function mayUseAll(caller: Caller, providers: readonly string[]): Promise<Permission> {
  const rights = await Promise.all(
    providers.map(async (provider) => ({ provider, right: await caller.mayUse(provider) })),
  );
  const denied = rights.find(({ right }) => right === 'denied');
  if (denied !== undefined) return { kind: 'denied', provider: denied.provider };
  if (rights.every(({ right }) => right === 'allowed')) return { kind: 'allowed' };
  return { kind: 'unknown', why: 'the API server does not answer' };
}
