import type { ReferenceLookup } from '@mailprovider/sender/ports';
import { selectProvider } from '@mailprovider/sender/selection/select-provider';
import t from 'tap';
import { sourcesOf, storedProvider } from './selection-sources.ts';

const URGENT = storedProvider('urgent-mail');
const STANDARD = storedProvider('standard-mail', { spec: { default: true } });
const OTHER = storedProvider('other-mail');
const STORED = [URGENT, STANDARD, OTHER];
const NAMES_URGENT: ReferenceLookup = { found: true, mailProvider: 'urgent-mail' };
const OBJECTS = {
  'BreakglassEscalation night': NAMES_URGENT,
  'BreakglassEscalation team-a/night': { found: true, mailProvider: 'other-mail' },
  'BreakglassEscalation silent': { found: true },
  'BreakglassEscalation empty': { found: true, mailProvider: '' },
  'BreakglassEscalation twice': { found: false, why: 'ambiguous' },
  'BreakglassEscalation alien': { found: false, why: 'no-such-kind' },
  'BreakglassEscalation hidden': new Error('list breakglassescalations: status 403'),
  'BreakglassEscalation wrong': { found: true, mailProvider: 'gone-mail' },
  'ClusterConfig prod': { found: true, mailProvider: 'other-mail' },
} as const;

type Request = Parameters<typeof selectProvider>[0];

t.test('the first that names a provider decides', async (t) => {
  const cases: [string, Request, string, string[]][] = [
    ['named', { provider: 'other-mail', escalation: 'night', cluster: 'prod' }, 'other-mail', []],
    [
      'escalation',
      { escalation: 'night', cluster: 'prod' },
      'urgent-mail',
      ['BreakglassEscalation night'],
    ],
    [
      'with a namespace',
      { escalation: 'team-a/night' },
      'other-mail',
      ['BreakglassEscalation team-a/night'],
    ],
    [
      'escalation without a provider',
      { escalation: 'silent', cluster: 'prod' },
      'other-mail',
      ['BreakglassEscalation silent', 'ClusterConfig prod'],
    ],
    [
      'escalation with an empty name',
      { escalation: 'empty' },
      'standard-mail',
      ['BreakglassEscalation empty'],
    ],
    ['cluster', { cluster: 'prod' }, 'other-mail', ['ClusterConfig prod']],
    ['nothing', {}, 'standard-mail', []],
  ];
  for (const [what, request, expected, lookups] of cases) {
    const sources = sourcesOf(STORED, OBJECTS);
    const selection = await selectProvider(request, sources);
    t.match(selection, { kind: 'selected', provider: { metadata: { name: expected } } }, what);
    t.strictSame(sources.lookups, lookups, what);
  }
});

t.test('a selection has the spec with its defaults', async (t) => {
  const selection = await selectProvider({ provider: 'urgent-mail' }, sourcesOf(STORED));
  t.match(selection, { kind: 'selected', provider: URGENT, spec: { retry: { queueSize: 1000 } } });
});

const UNUSABLE = [
  storedProvider('off', { spec: { disabled: true } }),
  storedProvider('half', {
    spec: { smtp: { host: 'smtp.example.com', port: 587, username: 'u' } },
  }),
  storedProvider('leaving', {
    spec: { default: true },
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
  }),
];

t.test('a refusal names the object and says what to do', async (t) => {
  const cases: [Request, string, string][] = [
    [
      { provider: 'gone-mail' },
      'ProviderNotFound',
      'MailProvider "gone-mail" does not exist; create it or name another',
    ],
    [
      { escalation: 'wrong' },
      'ProviderNotFound',
      'MailProvider "gone-mail", which BreakglassEscalation "wrong" names, does not exist; create it or change spec.mailProvider there',
    ],
    [
      { provider: 'leaving' },
      'ProviderNotFound',
      'MailProvider "leaving" is being deleted; name another',
    ],
    [
      { provider: 'off' },
      'ProviderDisabled',
      'MailProvider "off" is disabled; set spec.disabled: false or name another',
    ],
    [
      { provider: 'half' },
      'ProviderInvalid',
      'MailProvider "half" cannot be used: spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    ],
    [
      { escalation: 'missing' },
      'ReferenceNotFound',
      'BreakglassEscalation "missing" does not exist; create it or leave escalation out',
    ],
    [
      { escalation: 'silent', cluster: 'missing' },
      'ReferenceNotFound',
      'ClusterConfig "missing" does not exist; create it or leave cluster out',
    ],
    [
      { escalation: 'alien' },
      'ReferenceNotFound',
      'BreakglassEscalation "alien" does not exist: the cluster has no BreakglassEscalation of breakglass.t-caas.telekom.com/v1alpha1; install it or leave escalation out',
    ],
    [
      { escalation: 'twice' },
      'ReferenceAmbiguous',
      'BreakglassEscalation "twice" exists in several namespaces; write escalation as namespace/name',
    ],
  ];
  for (const [request, refusal, message] of cases) {
    const selection = await selectProvider(request, sourcesOf([...STORED, ...UNUSABLE], OBJECTS));
    t.strictSame(selection, { kind: 'refused', refusal, message });
  }
});

t.test('what may pass is worth another try', async (t) => {
  t.strictSame(await selectProvider({}, sourcesOf([URGENT, ...UNUSABLE])), {
    kind: 'refused',
    refusal: 'NoDefaultProvider',
    message:
      'no provider was named and no enabled MailProvider is the default; set spec.default: true on one, or name one',
    retryAfterSeconds: 5,
  });
  t.strictSame(await selectProvider({ escalation: 'hidden' }, sourcesOf(STORED, OBJECTS)), {
    kind: 'refused',
    refusal: 'ReferenceUnavailable',
    message:
      'BreakglassEscalation "hidden" could not be read (list breakglassescalations: status 403); try again',
    retryAfterSeconds: 5,
  });
});

t.test('what cannot be a reference is refused before anyone is asked', async (t) => {
  for (const escalation of ['', '/', 'a/', '/a', 'a/b/c']) {
    const sources = sourcesOf(STORED, OBJECTS);
    t.match(
      await selectProvider({ escalation }, sources),
      { kind: 'refused', refusal: 'ReferenceNotFound', message: /as name or namespace\/name$/ },
      escalation,
    );
    t.strictSame(sources.lookups, []);
  }
});

t.test('each stored object is checked once', async (t) => {
  let reads = 0;
  const spec = { ...(URGENT.spec as object) };
  const counted = storedProvider('counted');
  Object.defineProperty(spec, 'sender', {
    enumerable: true,
    get() {
      reads += 1;
      return { address: 'noreply@example.com' };
    },
  });
  const sources = sourcesOf([{ ...counted, spec }]);
  await selectProvider({ provider: 'counted' }, sources);
  const first = reads;
  await selectProvider({ provider: 'counted' }, sources);
  t.equal(reads, first);
  t.ok(first > 0);
});

t.test('who may not use a provider learns nothing of it', async (t) => {
  const forbidden = { kind: 'refused', refusal: 'ProviderForbidden', message: 'no' } as const;
  const asked: string[] = [];
  const refusalOf = async (name: string) => {
    asked.push(name);
    return forbidden;
  };
  for (const provider of ['urgent-mail', 'missing']) {
    const sources = sourcesOf([...STORED, ...UNUSABLE]);
    t.strictSame(await selectProvider({ provider }, sources, refusalOf), forbidden);
  }
  t.strictSame(asked, ['urgent-mail', 'missing']);
});
