import { checkServer } from '@mailprovider/health';
import { StartupError, systemClock } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { validateSpec } from '@mailprovider/provider/validate';
import { createAddressPolicy, systemResolver } from '@mailprovider/smtp';
import type { Outcome, ProbeReport } from './outcome.ts';
import type { ProbeSource } from './source.ts';

export interface ProbeOptions {
  /** The one provider to probe; all of them without it. */
  readonly provider: string | undefined;
  /** The limit for each provider, from name lookup to the answer to AUTH. */
  readonly timeoutMs: number;
}

/**
 * Probes the providers of a source, all at once; each login is tried a single time.
 *
 * Throws `StartupError` if there is no provider to probe and nothing that says why.
 */
export async function runProbe(source: ProbeSource, options: ProbeOptions): Promise<ProbeReport> {
  const { provider: name } = options;
  const isMeant = ({ metadata }: MailProvider) => name === undefined || metadata.name === name;
  const providers = source.providers.filter(isMeant);
  const problems = source.problems.filter(
    ({ object }) => name === undefined || isRelevant(object, name),
  );
  if (providers.length === 0 && problems.length === 0) {
    const what = name === undefined ? 'no MailProvider' : `no mailprovider "${name}"`;
    throw new StartupError(`there is ${what} in what was read`);
  }
  const outcomes = await Promise.all(
    providers.map((provider) => probe(provider, source, options.timeoutMs)),
  );
  return { outcomes, problems };
}

/** Whether a problem may concern a provider: its Secret could be any. */
function isRelevant(object: string | undefined, name: string): boolean {
  return (
    object === undefined || object.startsWith('secret ') || object === `mailprovider "${name}"`
  );
}

async function probe(
  { metadata, spec }: MailProvider,
  { secrets, credentialsNamespace, allowLoopback }: ProbeSource,
  timeoutMs: number,
): Promise<Outcome> {
  const provider = metadata.name;
  const validated = validateSpec(spec);
  if (!validated.valid) {
    return { provider, disabled: false, result: { kind: 'invalid', errors: validated.errors } };
  }
  const result = await checkServer(
    validated.spec,
    {
      credentialsNamespace,
      secrets,
      resolver: systemResolver(),
      addressPolicy: createAddressPolicy({ allowLoopback }),
      monotonicMs: systemClock.monotonicMs,
      timeoutMs,
    },
    { signal: new AbortController().signal, suspensionOf: () => undefined },
  );
  return { provider, disabled: validated.spec.disabled, result };
}
