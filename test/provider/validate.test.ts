import { formatFieldErrors } from '@mailprovider/provider/field-error';
import { validateSpec } from '@mailprovider/provider/validate';
import t from 'tap';
import { minimalSpec, specWithCredentials } from './minimal-spec.ts';

function errorsOf(spec: unknown): string {
  const result = validateSpec(spec);
  return result.valid ? '' : formatFieldErrors(result.errors);
}

t.test('fills in every documented default', async (t) => {
  const result = validateSpec(minimalSpec());
  t.match(result, {
    valid: true,
    spec: {
      default: false,
      disabled: false,
      smtp: { insecureSkipVerify: false, disableTLS: false, tlsMode: 'auto' },
      retry: { count: 3, initialBackoffMs: 100, queueSize: 1000 },
    },
  });
});

t.test('takes fallbacks and a rate, and has none where none is given', async (t) => {
  const given = {
    fallbacks: Array.from({ length: 10 }, (_, i) => `relay-${i}.mail`),
    rateLimit: { messages: 100_000, periodSeconds: 86_400 },
  };
  t.match(validateSpec({ ...minimalSpec(), ...given }), { valid: true, spec: given });
  const none = validateSpec(minimalSpec());
  t.ok(none.valid && !('fallbacks' in none.spec) && !('rateLimit' in none.spec));
});

t.test('refuses a user name without a password in the documented words', async (t) => {
  const spec = specWithCredentials();
  delete spec.smtp['passwordRef'];
  t.equal(
    errorsOf(spec),
    'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
  );
});

t.test('refuses a password without a user name, also an empty one', async (t) => {
  const words =
    'spec.smtp.username: Required value: username must be specified when passwordRef is provided';
  const spec = specWithCredentials();
  delete spec.smtp['username'];
  t.equal(errorsOf(spec), words);
  spec.smtp['username'] = '';
  t.equal(errorsOf(spec), words);
});

t.test('names the field of every limit', async (t) => {
  const smtp = (fields: object) => ({
    ...minimalSpec(),
    smtp: { ...minimalSpec().smtp, ...fields },
  });
  const sender = (fields: object) => ({
    ...minimalSpec(),
    sender: { ...minimalSpec().sender, ...fields },
  });
  const retry = (fields: object) => ({ ...minimalSpec(), retry: fields });
  const fallbacks = (...names: string[]) => ({ ...minimalSpec(), fallbacks: names });
  const rateLimit = (fields: object) => ({ ...minimalSpec(), rateLimit: fields });
  const cases: [object, string][] = [
    [smtp({ port: 0 }), 'spec.smtp.port: Invalid value: 0: must be greater than or equal to 1'],
    [
      smtp({ port: 65536 }),
      'spec.smtp.port: Invalid value: 65536: must be less than or equal to 65535',
    ],
    [smtp({ port: '25' }), 'spec.smtp.port: Invalid value: "string": must be an integer'],
    [smtp({ port: 2.5 }), 'spec.smtp.port: Invalid value: 2.5: must be an integer'],
    [smtp({ port: undefined }), 'spec.smtp.port: Required value: must be an integer'],
    [smtp({ host: '' }), 'spec.smtp.host: Required value: must not be empty'],
    [
      smtp({ host: 'a'.repeat(254) }),
      'spec.smtp.host: Too long: may not be more than 253 characters',
    ],
    [
      smtp({ host: 'smtp://host' }),
      'spec.smtp.host: Invalid value: "smtp://host": must be a host name or IP address without a scheme',
    ],
    [
      smtp({ username: 'a\r\nb', passwordRef: { name: 's', key: 'k' } }),
      'spec.smtp.username: Invalid value: "a\\r\\nb": must not contain line breaks or other control characters',
    ],
    [
      smtp({ tlsMode: 'ssl' }),
      'spec.smtp.tlsMode: Unsupported value: "ssl": supported values: "auto", "implicit", "starttls", "opportunistic", "none"',
    ],
    [
      smtp({ tlsMode: 'implicit', disableTLS: true }),
      'spec.smtp.tlsMode: Invalid value: "implicit": must be "auto" or "none" when disableTLS is true',
    ],
    [
      smtp({ username: 'u', passwordRef: { name: '../other', key: 'k' } }),
      'spec.smtp.passwordRef.name: Invalid value: must be a valid Secret name: lower case letters, digits, "-" and "."',
    ],
    [
      smtp({ certificateAuthority: 'no pem' }),
      'spec.smtp.certificateAuthority: Invalid value: must hold at least one PEM block "BEGIN CERTIFICATE"',
    ],
    [
      sender({ address: 'a@b' }),
      'spec.sender.address: Invalid value: "a@b": must be an email address such as noreply@example.com',
    ],
    [
      sender({ address: 'a@' }),
      'spec.sender.address: Invalid value: "a@": must be at least 3 characters long',
    ],
    [
      sender({ name: 'n'.repeat(101) }),
      'spec.sender.name: Too long: may not be more than 100 characters',
    ],
    [
      fallbacks('b', 'Backup'),
      'spec.fallbacks[1]: Invalid value: "Backup": must be a valid MailProvider name: lower case letters, digits, "-" and "."',
    ],
    [fallbacks(''), 'spec.fallbacks[0]: Required value: must not be empty'],
    [
      fallbacks('x'.repeat(254)),
      'spec.fallbacks[0]: Too long: may not be more than 253 characters',
    ],
    [fallbacks('b', 'c', 'b'), 'spec.fallbacks[2]: Invalid value: "b": must not be named twice'],
    [fallbacks(...'abcdefghijk'), 'spec.fallbacks: Too many: 11: must have at most 10 items'],
    [
      { ...minimalSpec(), fallbacks: 'b' },
      'spec.fallbacks: Invalid value: "string": must be a list',
    ],
    [
      rateLimit({ messages: 10 }),
      'spec.rateLimit.periodSeconds: Required value: must be an integer',
    ],
    [
      rateLimit({ messages: 0, periodSeconds: 60 }),
      'spec.rateLimit.messages: Invalid value: 0: must be greater than or equal to 1',
    ],
    [
      rateLimit({ messages: 1, periodSeconds: 86_401 }),
      'spec.rateLimit.periodSeconds: Invalid value: 86401: must be less than or equal to 86400',
    ],
    [retry({ count: 11 }), 'spec.retry.count: Invalid value: 11: must be less than or equal to 10'],
    [
      retry({ initialBackoffMs: 9 }),
      'spec.retry.initialBackoffMs: Invalid value: 9: must be greater than or equal to 10',
    ],
    [
      retry({ queueSize: 9 }),
      'spec.retry.queueSize: Invalid value: 9: must be greater than or equal to 10',
    ],
  ];
  for (const [spec, words] of cases) t.equal(errorsOf(spec), words, words);
});

t.test('names all faults of an object at once', async (t) => {
  const spec = { smtp: { host: '', port: 0, username: 'u' }, sender: { address: 'x' } };
  t.equal(
    errorsOf(spec),
    '[spec.smtp.host: Required value: must not be empty, ' +
      'spec.smtp.port: Invalid value: 0: must be greater than or equal to 1, ' +
      'spec.sender.address: Invalid value: "x": must be at least 3 characters long, ' +
      'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided]',
  );
});

t.test('answers every shape of nonsense with an error', async (t) => {
  const nonsense = [undefined, null, [], 'spec', 7, {}, { smtp: [], sender: null }, { smtp: null }];
  for (const spec of nonsense) t.match(errorsOf(spec), /^\[?spec/, JSON.stringify(spec));
});

t.test('keeps a megabyte out of the message', async (t) => {
  const huge = 'x'.repeat(1_000_000);
  const spec = { smtp: { host: huge, port: huge, tlsMode: huge }, sender: { address: huge } };
  t.ok(errorsOf(spec).length < 1_000);
});

t.test('keeps what may be a password out of the message', async (t) => {
  const canary = 'hunter2 secret!';
  const smtp = (fields: object) => ({
    ...minimalSpec(),
    smtp: { ...minimalSpec().smtp, ...fields },
  });
  const specs = [
    smtp({ host: `smtp://user:${canary}@smtp.example.com` }),
    smtp({ passwordRef: canary }),
    smtp({ username: 'u', passwordRef: { name: canary, key: canary, namespace: canary } }),
    smtp({ certificateAuthority: `-----BEGIN PRIVATE KEY-----\n${canary}` }),
    smtp({ certificateAuthority: `-----BEGIN ${canary}-----x-----END ${canary}-----` }),
    { ...minimalSpec(), smtp: canary },
  ];
  for (const spec of specs) {
    t.match(errorsOf(spec), /^\[?spec\.smtp/);
    t.notMatch(errorsOf(spec), /hunter2/);
  }
});

t.test('no value takes long to refuse', async (t) => {
  const begin = performance.now();
  for (const part of ['//:', '-----BEGIN A-----', 'a.', ':@', 'a@a.']) {
    const huge = part.repeat(250_000 / part.length);
    const smtp = { host: huge, username: huge, certificateAuthority: huge, serverName: huge };
    errorsOf({ displayName: huge, smtp, sender: { address: huge, name: huge } });
    errorsOf({
      smtp: { ...smtp, host: huge.slice(0, 253) },
      sender: { address: huge.slice(0, 254) },
    });
  }
  t.ok(performance.now() - begin < 1_000);
});
