import { encodeOverload, encodePatch, encodeVerdict } from '@mailprovider/webhook/admission/answer';
import { decodeReview } from '@mailprovider/webhook/admission/review';
import { allowed, denied } from '@mailprovider/webhook/admission/verdict';
import t from 'tap';
import { answerSchema } from './answer-schema.ts';
import { reviewOf, UID } from './review.ts';

const API_VERSIONS = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const;
const patch = [{ op: 'add', path: '/spec/retry', value: {} }] as const;

/** Everything the encoder can say, by name. */
function everyAnswer(asked: { apiVersion: (typeof API_VERSIONS)[number]; uid: string }) {
  return {
    allowed: encodeVerdict(asked, allowed()),
    'allowed with warnings': encodeVerdict(asked, allowed(['smtp is plain'])),
    'allowed as default': encodeVerdict(asked, allowed([], 'taken')),
    denied: encodeVerdict(asked, denied('spec.smtp.port: Required value')),
    'denied as default': encodeVerdict(asked, denied('taken', { defaultClaim: 'refused' })),
    'denied with warnings': encodeVerdict(asked, denied('no', { warnings: ['smtp is plain'] })),
    overloaded: encodeOverload(asked),
    patched: encodePatch(asked, patch),
    'nothing to patch': encodePatch(asked, []),
  };
}

// The slips that the API server takes for a failed call, none of which the encoder can make.
t.test('each answer is one that the API server takes', async (t) => {
  for (const apiVersion of API_VERSIONS) {
    for (const [name, text] of Object.entries(everyAnswer({ apiVersion, uid: UID }))) {
      const answer = JSON.parse(text);
      t.equal(answer.apiVersion, apiVersion, `${name}: group and version as asked`);
      t.equal(answer.kind, 'AdmissionReview', `${name}: kind`);
      t.equal(answer.response.uid, UID, `${name}: uid as asked`);
      t.equal('patch' in answer.response, 'patchType' in answer.response, `${name}: both or none`);
      t.equal('patch' in answer.response, name === 'patched', `${name}: a patch only of mutation`);
      t.ok(answer.response.status?.code !== 200 && answer.response.status?.reason === undefined);
      t.doesNotThrow(() => answerSchema.parse(answer), `${name}: nothing else in it`);
    }
  }
});

t.test('the answers are these, to the byte', async (t) => {
  const asked = { apiVersion: API_VERSIONS[0], uid: UID };
  const responses = Object.entries(everyAnswer(asked)).map(([name, text]) => {
    const { response } = answerSchema.parse(JSON.parse(text));
    const { uid, ...rest } = response;
    return [name, rest];
  });
  const verdict = (word: string, claim = {}) => ({ auditAnnotations: { verdict: word, ...claim } });
  t.strictSame(Object.fromEntries(responses), {
    allowed: { allowed: true, ...verdict('allowed') },
    'allowed with warnings': { allowed: true, warnings: ['smtp is plain'], ...verdict('allowed') },
    'allowed as default': { allowed: true, ...verdict('allowed', { 'default-claim': 'taken' }) },
    denied: {
      allowed: false,
      status: { code: 403, message: 'spec.smtp.port: Required value' },
      ...verdict('denied'),
    },
    'denied as default': {
      allowed: false,
      status: { code: 403, message: 'taken' },
      ...verdict('denied', { 'default-claim': 'refused' }),
    },
    'denied with warnings': {
      allowed: false,
      status: { code: 403, message: 'no' },
      warnings: ['smtp is plain'],
      ...verdict('denied'),
    },
    overloaded: {
      allowed: false,
      status: {
        code: 429,
        message: 'the webhook is overloaded; try again',
        details: { retryAfterSeconds: 1 },
      },
      ...verdict('overloaded'),
    },
    patched: {
      allowed: true,
      patchType: 'JSONPatch',
      patch: 'W3sib3AiOiJhZGQiLCJwYXRoIjoiL3NwZWMvcmV0cnkiLCJ2YWx1ZSI6e319XQ==',
    },
    'nothing to patch': { allowed: true },
  });
});

t.test('audit annotations have keys that the API server keeps', async (t) => {
  const text = encodeVerdict({ apiVersion: API_VERSIONS[0], uid: UID }, allowed([], 'taken'));
  const keys = Object.keys(JSON.parse(text).response.auditAnnotations);
  t.strictSame(keys, ['verdict', 'default-claim']);
  for (const key of keys) t.match(key, /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/);
});

t.test('a message is one line of bounded length', async (t) => {
  const asked = { apiVersion: API_VERSIONS[0], uid: UID };
  const messageOf = (message: string) =>
    answerSchema.parse(JSON.parse(encodeVerdict(asked, denied(message)))).response.status?.message;
  t.equal(messageOf('a\r\nb\u001b[31m\u2028c\u202e'), 'a b [31m c');
  t.equal(messageOf('\u{1f4e7}'.repeat(20_000)), `${'\u{1f4e7}'.repeat(16_383)}…`);
});

t.test('a request is decoded as it was asked', async (t) => {
  const object = { metadata: { name: 'relay' }, spec: { a: 1 } };
  const review = reviewOf({ operation: 'UPDATE', dryRun: true, object, oldObject: object });
  t.strictSame(decodeReview(JSON.stringify(review)), {
    apiVersion: 'admission.k8s.io/v1',
    uid: UID,
    operation: 'UPDATE',
    request: {
      uid: UID,
      operation: 'UPDATE',
      name: 'relay',
      dryRun: true,
      userInfo: {
        username: 'jane',
        uid: 'user-7',
        groups: ['mail-admins', 'system:authenticated'],
        extra: { 'example.com/scopes': ['mail'] },
      },
      object,
      oldObject: object,
    },
  });
});

t.test('what a request leaves out is empty', async (t) => {
  const request = (fields: object) => decodeReview(JSON.stringify(reviewOf({ ...fields }))).request;
  const absent = { name: undefined, userInfo: undefined, oldObject: undefined, dryRun: undefined };
  t.match(request(absent), {
    name: 'relay',
    dryRun: false,
    userInfo: { username: '', uid: '', groups: [], extra: {} },
    oldObject: undefined,
  });
  const generated = { name: '', object: { metadata: { generateName: 'relay-' } } };
  t.equal(request(generated)?.name, '', 'a name that is not generated yet');
  t.equal(request({ name: null, object: { metadata: { name: ['x'] } } })?.name, '');
});

t.test('what is not about a write of a MailProvider is not judged', async (t) => {
  const resource = { group: 'apps', version: 'v1', resource: 'deployments' };
  const others = [
    { resource },
    { resource: { ...reviewOf().request.resource, resource: 'others' } },
    { resource: { ...reviewOf().request.resource, group: 'example.com' } },
    { subResource: 'status' },
    { operation: 'DELETE', object: null },
    { operation: 'CONNECT' },
    { resource, object: 7, userInfo: 7 },
  ];
  for (const other of others) {
    const { uid, request } = decodeReview(JSON.stringify(reviewOf(other)));
    t.strictSame({ uid, request }, { uid: UID, request: undefined });
  }
});
