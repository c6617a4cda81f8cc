import { createAuthority } from '@mailprovider/pki';
import { certificateAuthorityProblem } from '@mailprovider/provider/certificate-authority';
import t from 'tap';

const { certificatePem, keyPem } = createAuthority({
  commonName: 'test',
  validDays: 1,
  now: new Date(),
});
const garbled = certificatePem.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');

t.test('takes certificates, one or several, with words around them', async (t) => {
  t.equal(certificateAuthorityProblem(certificatePem), undefined);
  t.equal(certificateAuthorityProblem(`# root\n${certificatePem}${certificatePem}`), undefined);
  t.equal(certificateAuthorityProblem(''), undefined, 'not set');
});

t.test('refuses the whole value for one bad block', async (t) => {
  t.match(certificateAuthorityProblem(`\0${certificatePem}`), /control characters/);
  t.match(certificateAuthorityProblem('text'), /at least one PEM block/);
  t.match(certificateAuthorityProblem(garbled), /PEM block 1 is not a valid X\.509/);
  t.match(certificateAuthorityProblem(certificatePem + garbled), /PEM block 2 is not/);
  t.match(certificateAuthorityProblem(keyPem), /PEM block 1 is no certificate/);
  t.match(certificateAuthorityProblem(certificatePem.slice(0, 200)), /PEM block 1 has no end/);
});
