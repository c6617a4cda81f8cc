import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';

/** Two folders of one name keep their mails apart. */
const DIGEST_LENGTH = 8;

/**
 * Where the mails of a folder of providers are kept, unless another place is named: below the state
 * folder of the user (XDG Base Directory Specification), one for each folder.
 */
export function defaultDataFolder(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const { XDG_STATE_HOME: stateHome } = environment;
  const path = resolve(folder);
  const digest = createHash('sha256').update(path).digest('hex').slice(0, DIGEST_LENGTH);
  return join(
    stateHome || join(homedir(), '.local/state'),
    'mailprovider',
    `${basename(path)}-${digest}`,
  );
}
