import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { absentValues } from '@mailprovider/provider/absent-values';
import { type AdmissionContext, admit, type ProviderWrite } from '@mailprovider/provider/admit';
import { kubernetesTime } from '@mailprovider/provider/conditions';
import { objectSchema } from '@mailprovider/provider/crd';
import { becomesDefault, singleDefaultError } from '@mailprovider/provider/default/single-default';
import {
  changesFallbacks,
  fallbackWarnings,
  judgeFallbacks,
} from '@mailprovider/provider/fallbacks/judge-fallbacks';
import { type FieldError, formatFieldErrors } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { StoredSecret } from '@mailprovider/provider/secret';
import { unknownFields } from '@mailprovider/provider/unknown-fields';
import { applyInTurn } from './apply-in-turn.ts';
import type { FileObject, Problem } from './documents.ts';
import type { FolderContent } from './read-folder.ts';
import { decodeSecret } from './secret-object.ts';

/** A provider that was admitted, and the file it came from. */
export interface AdmittedProvider {
  readonly file: string;
  readonly provider: MailProvider;
  readonly warnings: readonly string[];
  /** Those that the other providers of the folder make. */
  readonly fallbackWarnings: readonly string[];
}

/** What stands for the API server's store: the objects that were admitted. */
export interface FolderState {
  readonly providers: ReadonlyMap<string, AdmittedProvider>;
  readonly secrets: ReadonlyMap<string, StoredSecret & { readonly file: string }>;
  /** What was refused at the last reading. */
  readonly problems: readonly Problem[];
}

export const EMPTY_STATE: FolderState = {
  providers: new Map(),
  secrets: new Map(),
  problems: [],
};

const SCHEMA = objectSchema();

/**
 * The state after a reading of the folder, as if each object had been applied in turn.
 *
 * An object that is refused keeps its earlier version, one that is no longer there is deleted, and
 * a file that cannot be read keeps what it held.
 */
export function applyFolder(
  previous: FolderState,
  content: FolderContent,
  context: AdmissionContext,
  now: Date,
): FolderState {
  const objects = [...content.values()].flatMap((file) => file.objects);
  const problems = [...content.values()].flatMap((file) => file.problems);
  const unreadable = new Set(
    [...content.values()]
      .filter(({ readable }) => !readable)
      .flatMap((file) => file.problems.map((problem) => problem.file)),
  );
  const named = new Set(objects.map(({ kind, name }) => `${kind}/${name}`));
  const remains = (kind: string) => {
    return ([name, { file }]: readonly [string, { readonly file: string }]) =>
      named.has(`${kind}/${name}`) || unreadable.has(file);
  };
  const providers = new Map([...previous.providers].filter(remains('MailProvider')));
  const secrets = new Map([...previous.secrets].filter(remains('Secret')));
  const refusals = applyInTurn(objects, (object) =>
    applyObject(object, providers, secrets, context, now),
  );
  for (const { object, message } of refusals) {
    const label = `${object.kind.toLowerCase()} "${object.name}"`;
    problems.push({ file: object.file, object: label, message });
  }
  return {
    providers: withFallbackWarnings(providers),
    secrets,
    problems: problems.map(printable),
  };
}

function storedIn(providers: ReadonlyMap<string, AdmittedProvider>): readonly MailProvider[] {
  return [...providers.values()].map(({ provider }) => provider);
}

function withFallbackWarnings(
  providers: ReadonlyMap<string, AdmittedProvider>,
): FolderState['providers'] {
  const stored = storedIn(providers);
  return new Map(
    [...providers].map(([name, admitted]) => [
      name,
      { ...admitted, fallbackWarnings: fallbackWarnings(admitted.provider.spec, stored) },
    ]),
  );
}

/** Control and format characters, which a terminal would obey. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu;

function printable(problem: Problem): Problem {
  const shown = (text: string) => text.replace(UNPRINTABLE, '\u{fffd}');
  return { ...problem, file: shown(problem.file), message: shown(problem.message) };
}

function applyObject(
  object: FileObject,
  providers: Map<string, AdmittedProvider>,
  secrets: Map<string, StoredSecret & { file: string }>,
  context: AdmissionContext,
  now: Date,
): string | undefined {
  if (object.kind === 'MailProvider') return applyProvider(object, providers, context, now);
  const { credentialsNamespace } = context;
  if ((object.namespace ?? credentialsNamespace) !== credentialsNamespace) {
    return `metadata.namespace: must be "${credentialsNamespace}", the namespace that credentials are read from, or absent; --credentials-namespace names another`;
  }
  const decoded = decodeSecret(object.object);
  if (typeof decoded === 'string') return decoded;
  secrets.set(object.name, { ...decoded, file: object.file });
  return undefined;
}

/** Does what API server and webhook do with an apply; says why it is refused. */
function applyProvider(
  { file, name, object }: FileObject,
  providers: Map<string, AdmittedProvider>,
  context: AdmissionContext,
  now: Date,
): string | undefined {
  const unknown = unknownFields(object, SCHEMA);
  if (unknown.length > 0) {
    const fields = unknown.map((field) => `unknown field "${field}"`).join(', ');
    return `strict decoding error: ${fields}`;
  }
  const before = providers.get(name)?.provider;
  const write = { spec: withAbsentValues(object, context), oldSpec: before?.spec };
  const { spec, errors, warnings } = admit(write, context);
  const faults = [...errors, ...errorsAmong(providers, name, write)];
  if (spec === undefined || faults.length > 0) return formatFieldErrors(faults);
  const metadata = nextMetadata(name, before, spec, now);
  const provider = { ...before, metadata, spec };
  providers.set(name, { file, provider, warnings, fallbackWarnings: [] });
  return undefined;
}

/** What only the other providers make a fault. */
function errorsAmong(
  providers: ReadonlyMap<string, AdmittedProvider>,
  name: string,
  write: ProviderWrite,
): FieldError[] {
  const stored = storedIn(providers);
  const { errors } = changesFallbacks(write)
    ? judgeFallbacks({ name, ...write }, stored)
    : { errors: [] };
  if (!becomesDefault(write.spec, write.oldSpec)) return [...errors];
  const error = singleDefaultError(name, stored);
  return error === undefined ? [...errors] : [...errors, error];
}

function nextMetadata(
  name: string,
  before: MailProvider | undefined,
  spec: unknown,
  now: Date,
): MailProvider['metadata'] {
  if (before === undefined) {
    const creationTimestamp = kubernetesTime(now);
    return { name, uid: randomUUID(), resourceVersion: '', generation: 1, creationTimestamp };
  }
  const changed = !isDeepStrictEqual(before.spec, spec);
  return { ...before.metadata, generation: before.metadata.generation + (changed ? 1 : 0) };
}

/** A copy of the object's spec with the values that mutation fills in. */
function withAbsentValues(object: FileObject['object'], context: AdmissionContext): unknown {
  const copy = structuredClone(object);
  for (const { path, value } of absentValues(copy, context)) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => Reflect.get(Object(at), key), copy);
    Reflect.set(Object(parent), path.at(-1) ?? '', value);
  }
  return copy['spec'];
}
