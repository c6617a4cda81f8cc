import { secretSentBy } from '@mailprovider/provider/secret-access';
import t from 'tap';
import { minimalSpec, specWithCredentials } from './minimal-spec.ts';

function changed(fields: object) {
  const spec = specWithCredentials();
  return { ...spec, smtp: { ...spec.smtp, ...fields } };
}

const name = String(Object(specWithCredentials().smtp['passwordRef']).name);

t.test('a new reference sends the password, no reference sends none', (t) => {
  t.equal(secretSentBy(specWithCredentials(), undefined), name);
  t.equal(secretSentBy(specWithCredentials(), minimalSpec()), name);
  t.equal(secretSentBy(minimalSpec(), specWithCredentials()), undefined);
  t.equal(secretSentBy(specWithCredentials(), specWithCredentials()), undefined);
  t.equal(
    secretSentBy(changed({ passwordRef: { name, key: 'other' } }), specWithCredentials()),
    name,
  );
  t.equal(
    secretSentBy(changed({ passwordRef: { name: 'b', key: 'k' } }), specWithCredentials()),
    'b',
  );
  t.end();
});

t.test('whatever decides where the password goes sends it anew', (t) => {
  const changes = {
    host: 'elsewhere.example.com',
    port: 2525,
    tlsMode: 'none',
    serverName: 'elsewhere.example.com',
    certificateAuthority: 'PEM',
    insecureSkipVerify: true,
    disableTLS: true,
    username: 'someone',
  };
  for (const [field, value] of Object.entries(changes)) {
    t.equal(secretSentBy(changed({ [field]: value }), specWithCredentials()), name, field);
  }
  t.equal(
    secretSentBy({ ...specWithCredentials(), displayName: 'x' }, specWithCredentials()),
    undefined,
  );
  t.end();
});

t.test('nonsense sends nothing', (t) => {
  for (const spec of [null, [], 'x', { smtp: [] }, { smtp: { passwordRef: { name: 7 } } }]) {
    t.equal(secretSentBy(spec, null), undefined);
  }
  t.end();
});
