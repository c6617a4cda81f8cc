import { QUEUE_REASONS, TRANSACTION_REASONS } from '@mailprovider/provider/delivery-reasons';
import { SECRET_REASONS, SESSION_REASONS } from '@mailprovider/provider/reasons';
import { sendErrorOf } from '@mailprovider/sender/status/send-error';
import t from 'tap';
import { providerObject } from '../../health/provider-object.ts';
import { minimalSpec, specWithCredentials } from '../../provider/minimal-spec.ts';

const provider = providerObject('p', { spec: minimalSpec() });
const REASONS = [...SESSION_REASONS, ...SECRET_REASONS, ...TRANSACTION_REASONS, ...QUEUE_REASONS];

t.test('every reason has its name in front and a text behind', async (t) => {
  for (const reason of REASONS) {
    t.match(sendErrorOf(provider, { reason }), new RegExp(`^${reason}: .{15,}\\.$`), reason);
  }
});

t.test('the server, the stage and the reply code are named, where there are any', async (t) => {
  const failure = { reason: 'RecipientRejected', stage: 'rcpt', code: 550 } as const;
  const text = 'the server refused the recipient';
  t.equal(
    sendErrorOf(provider, failure),
    `RecipientRejected: smtp.example.com:587: failed in stage rcpt (reply 550): ${text}.`,
  );
});

t.test('the Secret is named', async (t) => {
  const named = providerObject('p', { spec: specWithCredentials() });
  t.match(
    sendErrorOf(named, { reason: 'SecretNotFound' }),
    /^SecretNotFound: Secret "smtp-secret" does/,
  );
  t.match(
    sendErrorOf(named, { reason: 'SecretKeyMissing' }),
    /^SecretKeyMissing: Secret "smtp-secret", key "password", does/,
  );
});

t.test('a spec that breaks a rule still has an error', async (t) => {
  const failure = { reason: 'ProviderInvalid' } as const;
  t.match(sendErrorOf(providerObject('p', { spec: {} }), failure), /^ProviderInvalid: the /);
});
