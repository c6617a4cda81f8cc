import { readFile, stat } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { StartupError } from '@mailprovider/process';
import { readDocuments } from '../folder/documents.ts';
import { applyFolder, EMPTY_STATE } from '../folder/folder-state.ts';
import { type FolderContent, readFolder } from '../folder/read-folder.ts';
import type { ProbeSource } from './source.ts';

const STANDARD_INPUT = '-';
const YAML = /\.(ya?ml|json)$/;

type Kind = 'file' | 'folder' | 'none';

/** Whether the argument means files: standard input, a path that exists, or the name of a YAML file. */
export async function namesFiles(argument: string): Promise<boolean> {
  return argument === STANDARD_INPUT || YAML.test(argument) || (await kindOf(argument)) !== 'none';
}

/**
 * The MailProviders of a file or folder with the Secrets that stand beside them, admitted as the
 * webhook does. Throws `StartupError` if it cannot be read.
 */
export async function openFiles(
  path: string,
  credentialsNamespace: string,
  now: Date,
): Promise<ProbeSource> {
  const content = await readFiles(path);
  const { providers, secrets, problems } = applyFolder(
    EMPTY_STATE,
    content,
    { credentialsNamespace },
    now,
  );
  return {
    providers: [...providers.values()].map(({ provider }) => provider),
    secrets: {
      async read(name) {
        const secret = secrets.get(name);
        return secret === undefined ? { found: false, why: 'missing' } : { found: true, secret };
      },
    },
    credentialsNamespace,
    allowLoopback: true,
    problems,
    close: async () => undefined,
  };
}

async function readFiles(path: string): Promise<FolderContent> {
  if (path === STANDARD_INPUT) {
    const name = 'standard input';
    return new Map([[name, readDocuments(name, await text(process.stdin))]]);
  }
  if ((await kindOf(path)) === 'folder') return readFolder(path);
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(`cannot read the file "${path}" (${error.code})`);
  });
  return new Map([[path, readDocuments(path, content)]]);
}

async function kindOf(path: string): Promise<Kind> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'none';
  return found.isDirectory() ? 'folder' : 'file';
}
