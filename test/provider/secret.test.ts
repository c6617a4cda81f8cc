import { passwordFrom, type StoredSecret } from '@mailprovider/provider/secret';
import t from 'tap';

const SERVER = { host: 'smtp.example.com', port: 587 };

function secretOf(fields: Partial<StoredSecret> = {}): StoredSecret {
  const data = {
    password: Buffer.from('s3cret').toString('base64'),
    file: Buffer.from('s3cret\n').toString('base64'),
    empty: '',
    newline: Buffer.from('\n').toString('base64'),
  };
  return { type: 'Opaque', data, annotations: {}, resourceVersion: '1', ...fields };
}

t.test('a password is found, or it is said why not', async (t) => {
  const from = (key: string, fields?: Partial<StoredSecret>) =>
    passwordFrom(secretOf(fields), key, SERVER);
  t.strictSame(from('password'), { loaded: true, password: 's3cret', trimmed: false });
  t.strictSame(from('file'), { loaded: true, password: 's3cret', trimmed: true });
  t.match(from('other'), { reason: 'SecretKeyMissing' });
  t.match(from('constructor'), { reason: 'SecretKeyMissing' });
  t.match(from('empty'), { reason: 'SecretEmpty' });
  t.match(from('newline'), { reason: 'SecretEmpty' });
  t.match(from('password', { type: 'kubernetes.io/tls' }), { reason: 'SecretTypeNotAllowed' });
  t.match(from('password', { type: 'kubernetes.io/basic-auth' }), { loaded: true });
});

t.test('a Secret that names hosts is for these alone', async (t) => {
  const from = (allowed: string, server = SERVER) => {
    const annotations = { 'mailprovider.io/allowed-hosts': allowed };
    return passwordFrom(secretOf({ annotations }), 'password', server);
  };
  for (const allowed of [
    'smtp.example.com',
    'SMTP.example.com:587',
    'other.example.com, smtp.example.com',
    'other.example.com\nsmtp.example.com\n',
  ]) {
    t.match(from(allowed), { loaded: true }, allowed);
  }
  t.match(from('smtp.example.com', { host: 'Smtp.Example.com.', port: 25 }), { loaded: true });
  t.match(from('[::1]:587', { host: '::1', port: 587 }), { loaded: true });
  for (const allowed of ['', ',', 'example.com', 'smtp.example.com:465', '*', 'smtp.example.co']) {
    t.match(from(allowed), { reason: 'SecretNotBoundToHost' }, `"${allowed}"`);
  }
});
