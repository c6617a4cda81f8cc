import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

/** A Kubernetes object as a manifest gives it. */
export interface Manifest {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** What is installed when. */
export interface Manifests {
  /** Everything that is there before the first process starts, in an order that works. */
  readonly base: readonly Manifest[];
  /** Registrations of webhooks, which stop all writes until their webhook listens. */
  readonly registrations: readonly Manifest[];
}

const FIRST_KINDS = ['Namespace', 'CustomResourceDefinition'];

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
  );
}

/** Parses the documents of one file; throws with `file` and line if it is not YAML or no object. */
export function parseManifests(file: string, text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${file}: ${error.message}`);
    const value: unknown = document.toJS();
    if (value === null) return [];
    if (!isManifest(value)) throw new Error(`${file}: a document is not an object with a kind`);
    return [value];
  });
}

/** Sorts objects into what comes first and the registrations of webhooks. */
export function arrangeManifests(manifests: readonly Manifest[]): Manifests {
  const isRegistration = ({ kind }: Manifest) => kind.endsWith('WebhookConfiguration');
  const isFirst = ({ kind }: Manifest) => FIRST_KINDS.includes(kind);
  const others = manifests.filter((manifest) => !isRegistration(manifest));
  return {
    base: [...others.filter(isFirst), ...others.filter((manifest) => !isFirst(manifest))],
    registrations: manifests.filter(isRegistration),
  };
}

/** Reads every YAML file of `directory`. */
export async function readManifests(directory: string): Promise<Manifests> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).sort();
  const manifests = await Promise.all(
    files.map(async (name) => {
      const file = join(directory, name);
      return parseManifests(file, await readFile(file, 'utf8'));
    }),
  );
  return arrangeManifests(manifests.flat());
}

/** One YAML stream of all objects. */
export function manifestStream(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => stringify(manifest)).join('---\n');
}
