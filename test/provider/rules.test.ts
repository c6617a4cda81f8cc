import { absentValues } from '@mailprovider/provider/absent-values';
import { admit } from '@mailprovider/provider/admit';
import { becomesDefault, singleDefaultError } from '@mailprovider/provider/default/single-default';
import { formatFieldError } from '@mailprovider/provider/field-error';
import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import { targetOf } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import { warningsFor } from '@mailprovider/provider/warnings';
import t from 'tap';
import { minimalSpec, specWithCredentials } from './minimal-spec.ts';

const context = { credentialsNamespace: 'mail' };

function valid(spec: unknown) {
  const result = validateSpec(spec);
  if (!result.valid) throw new Error(`not valid: ${JSON.stringify(result.errors)}`);
  return result.spec;
}

t.test('admission takes a password only from the credentials namespace', async (t) => {
  const admitted = (namespace?: string) => {
    const spec = specWithCredentials();
    spec.smtp['passwordRef'] = { name: 's', key: 'k', namespace };
    return admit({ spec, oldSpec: undefined }, context);
  };
  for (const namespace of [undefined, '', 'mail']) {
    t.strictSame(admitted(namespace).errors, [], String(namespace));
  }
  t.match(admitted('kube-system'), {
    errors: [{ path: 'spec.smtp.passwordRef.namespace', detail: /must be "mail"/ }],
  });
});

t.test('absent values are filled in and given ones never change', async (t) => {
  const retry = { count: 3, initialBackoffMs: 100, queueSize: 1000 };
  t.strictSame(absentValues({ spec: specWithCredentials() }, context), [
    { path: ['spec', 'smtp', 'passwordRef', 'namespace'], value: 'mail' },
    { path: ['spec', 'retry'], value: retry },
  ]);
  t.strictSame(absentValues({ spec: { retry: { count: 5 } } }, context), [
    { path: ['spec', 'retry', 'initialBackoffMs'], value: 100 },
    { path: ['spec', 'retry', 'queueSize'], value: 1000 },
  ]);
  const given = { smtp: { passwordRef: { namespace: 'other' } }, retry: { ...retry, count: 0 } };
  t.strictSame(absentValues({ spec: given }, context), []);
  for (const object of [null, [], 'x', { spec: null }, { spec: [] }, { spec: { retry: [] } }]) {
    t.strictSame(absentValues(object, context), [], JSON.stringify(object));
  }
});

t.test(
  'auto decides the TLS mode by disableTLS, port and credentials, in this order',
  async (t) => {
    const mode = (fields: object, base = minimalSpec()) =>
      targetOf(valid({ ...base, smtp: { ...base.smtp, ...fields } })).tlsMode;
    t.equal(mode({}), 'opportunistic');
    t.equal(mode({}, specWithCredentials()), 'starttls');
    t.equal(mode({ port: 465 }, specWithCredentials()), 'implicit');
    t.equal(mode({ port: 465, disableTLS: true }), 'none');
    t.equal(mode({ port: 465, tlsMode: 'starttls' }), 'starttls');
  },
);

t.test('the certificate is verified unless nobody said against what', async (t) => {
  const verified = (fields: object, base = minimalSpec()) =>
    targetOf(valid({ ...base, smtp: { ...base.smtp, ...fields } })).verifyCertificate;
  t.equal(verified({}), false, 'opportunistic');
  t.equal(verified({ serverName: 'mx.example.com' }), true, 'opportunistic with a name');
  t.equal(verified({}, specWithCredentials()), true, 'required STARTTLS');
  t.equal(verified({ port: 465 }), true, 'implicit');
  t.equal(verified({ port: 465, insecureSkipVerify: true }), false, 'told not to');
});

t.test('warns of what is valid and unwise, within the advised length', async (t) => {
  const warnings = (fields: object, base = minimalSpec()) =>
    warningsFor(valid({ ...base, smtp: { ...base.smtp, ...fields } }));
  t.strictSame(warnings({}, specWithCredentials()), []);
  t.match(warnings({}), [/tlsMode: TLS is used only if offered/, /no authentication configured/]);
  t.match(warnings({ insecureSkipVerify: true }, specWithCredentials()), [/insecureSkipVerify/]);
  t.match(warnings({ disableTLS: true }, specWithCredentials()), [/password and all mail/]);
  t.match(warnings({ disableTLS: true, port: 465 }), [/plaintext/, /465/, /authentication/]);
  for (const text of warnings({ disableTLS: true, port: 465, insecureSkipVerify: true })) {
    t.ok(text.length <= 120, text);
  }
});

function provider(name: string, isDefault: boolean, disabled = false): MailProvider {
  const decoded = decodeMailProvider({
    metadata: { name },
    spec: { ...minimalSpec(), default: isDefault, disabled },
  });
  if (decoded === undefined) throw new Error('no provider');
  return decoded;
}

t.test('a second default is refused, and the holder is named, disabled or not', async (t) => {
  const stored = [provider('a', false), provider('b', true)];
  const error = singleDefaultError('c', stored);
  t.equal(
    error && formatFieldError(error),
    'spec.default: Forbidden: only one MailProvider can be the default, and "b" already is; set default: false there first',
  );
  t.match(singleDefaultError('c', [provider('b', true, true)]), { detail: /"b"/ });
  t.equal(singleDefaultError('b', stored), undefined, 'the holder itself');
  t.match(singleDefaultError('c', [...stored, provider('d', true)]), {
    detail: /"b", "d" already are/,
  });
});

t.test('only a write that newly sets default matters', async (t) => {
  t.equal(becomesDefault({ default: true }, undefined), true);
  t.equal(becomesDefault({ default: true }, { default: false }), true);
  t.equal(becomesDefault({ default: true }, { default: true }), false);
  t.equal(becomesDefault({ default: false }, { default: true }), false);
  t.equal(becomesDefault(null, []), false);
});
