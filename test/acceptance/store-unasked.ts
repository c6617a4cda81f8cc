import { FAULTY } from './admission-cases.ts';
import { provider } from './document-section.ts';

const REGISTRATIONS = 'validatingwebhookconfigurations,mutatingwebhookconfigurations';

type Kubectl = (
  args: readonly string[],
  input?: object,
) => Promise<{ readonly text: string; readonly exitCode: number | undefined }>;

/** Stores an object that admission refuses, while no webhook is asked. */
export async function storeUnasked(object: object, kubectl: Kubectl): Promise<void> {
  const { text } = await kubectl(['get', REGISTRATIONS, '-o', 'json']);
  await kubectl(['delete', REGISTRATIONS, '--all']);
  // The API server takes a moment to see that nobody is to be asked any more.
  while ((await kubectl(['create', '-f', '-'], object)).exitCode !== 0);
  await kubectl(['create', '-f', '-'], JSON.parse(text));
  const trial = provider('trial', FAULTY);
  while ((await kubectl(['create', '--dry-run=server', '-f', '-'], trial)).exitCode === 0);
}
