import { API_VERSION, GROUP, KIND } from '@mailprovider/provider/identity';
import {
  type Document,
  type DocumentOptions,
  LineCounter,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
  type Tags,
  type YAMLParseError,
} from 'yaml';
import { z } from 'zod';

/** One Kubernetes object as a file holds it. */
export interface FileObject {
  readonly file: string;
  readonly kind: 'MailProvider' | 'Secret';
  readonly name: string;
  readonly namespace: string | undefined;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Something in a file that could not be used, and what to change. */
export interface Problem {
  readonly file: string;
  /** The object it concerns, such as `mailprovider "relay"`; absent where the whole file is meant. */
  readonly object?: string;
  readonly message: string;
}

export interface FileContent {
  readonly objects: readonly FileObject[];
  readonly problems: readonly Problem[];
  /** False if the file is no YAML: then nothing can be said of what it holds. */
  readonly readable: boolean;
}

/** RFC 1123 subdomain, the rule of Kubernetes for object names. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  'must consist of lower case letters, digits, "-" and ".", and begin and end with a letter or digit';

const headSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z
    .looseObject({ name: z.string().max(253).regex(NAME), namespace: z.string().optional() })
    .optional(),
  items: z.array(z.unknown()).optional(),
});

/** kubectl reads YAML 1.1 (`yes` is true), but dates and times of day as text. */
const KUBECTL_YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  // With it on, messages quote the file, which may hold passwords.
  prettyErrors: false,
  customTags: (tags) => tags.filter((tag) => !isTime(tag)),
};

function isTime(tag: Tags[number]): boolean {
  return typeof tag !== 'string' && (tag.tag.endsWith(':timestamp') || tag.format === 'TIME');
}

/** Reads the MailProviders and Secrets of a file of Kubernetes YAML; other kinds are left out. */
export function readDocuments(file: string, text: string): FileContent {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...KUBECTL_YAML, lineCounter: lines });
  const parsed = 'empty' in documents ? [] : documents;
  for (const document of parsed) {
    const [error] = document.errors;
    if (error === undefined) continue;
    const { line, col } = lines.linePos(error.pos[0]);
    const message = `line ${line}, column ${col}: ${withoutText(error)}`;
    return { objects: [], problems: [{ file, message }], readable: false };
  }
  const contents = parsed.map((document) => readDocument(file, document));
  return {
    objects: contents.flatMap(({ objects }) => objects),
    problems: contents.flatMap(({ problems }) => problems),
    readable: true,
  };
}

/** What a YAML error says, without the text of the file that some end in: it may be of a password. */
function withoutText({ code, message }: YAMLParseError): string {
  switch (code) {
    case 'BAD_DQ_ESCAPE':
      return 'Invalid escape sequence in double quotes';
    case 'BAD_DIRECTIVE':
      return 'Invalid directive (%)';
    case 'TAG_RESOLVE_FAILED':
      return 'Invalid tag (!), or a value that is not of it';
    default:
      return message.replace(/(?<=\w): .*/s, '');
  }
}

function readDocument(file: string, document: Document.Parsed): Values {
  try {
    return readValues(file, document.toJS());
  } catch {
    return unusable(file, 'an alias (*name) has no anchor (&name), or there are too many of them');
  }
}

type Values = Omit<FileContent, 'readable'>;
type Head = z.output<typeof headSchema>;

const NOTHING: Values = { objects: [], problems: [] };

function readValues(file: string, value: unknown): Values {
  if (value === null || value === undefined) return NOTHING;
  const head = headSchema.safeParse(value);
  if (!head.success) return unusable(file, headMessage(head.error.issues[0]?.path.join('.') ?? ''));
  const { kind, items } = head.data;
  if (kind !== 'List' || items === undefined) return readObject(file, head.data);
  const contents = items.map((item) => readValues(file, item));
  return {
    objects: contents.flatMap(({ objects }) => objects),
    problems: contents.flatMap(({ problems }) => problems),
  };
}

function unusable(file: string, message: string): Values {
  return { objects: [], problems: [{ file, message }] };
}

function headMessage(path: string): string {
  if (path === 'metadata.name') return `metadata.name: Invalid value: ${NAME_RULE}`;
  return `not a Kubernetes object: see ${path || 'its top level'}`;
}

/** Whether an object is one of ours, one we use, or neither. */
function kindOf({ apiVersion, kind }: Head): FileObject['kind'] | 'other' | 'unknown-version' {
  if (apiVersion === 'v1' && kind === 'Secret') return 'Secret';
  if (apiVersion === API_VERSION && kind === KIND) return 'MailProvider';
  return kind === KIND || apiVersion.startsWith(`${GROUP}/`) ? 'unknown-version' : 'other';
}

function readObject(file: string, head: Head): Values {
  const kind = kindOf(head);
  if (kind === 'other') return NOTHING;
  if (kind === 'unknown-version') {
    const found = `no matches for kind "${head.kind}" in version "${head.apiVersion}"`;
    return unusable(file, `${found}: must be "${KIND}" in "${API_VERSION}"`);
  }
  if (head.metadata === undefined) {
    return unusable(file, 'metadata.name: Required value: name is required');
  }
  const { name, namespace } = head.metadata;
  return { objects: [{ file, kind, name, namespace, object: head }], problems: [] };
}
