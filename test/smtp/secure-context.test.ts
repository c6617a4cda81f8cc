import { secureContextFor } from '@mailprovider/smtp/secure-context';
import t from 'tap';
import { Authority } from './certificates.ts';

t.test('a context is made once for each authority, and once for the system', async (t) => {
  const { cert } = new Authority();
  const context = secureContextFor(cert);
  t.equal(secureContextFor(cert), context);
  t.not(secureContextFor(undefined), context);
  t.equal(secureContextFor(undefined), secureContextFor(undefined));
});

t.test('those used last are kept, and 32 of them', async (t) => {
  const { cert } = new Authority();
  // PEM allows text before the certificate.
  const variant = (number: number) => `${number}\n${cert}`;
  const first = secureContextFor(variant(0));
  const second = secureContextFor(variant(1));
  for (let number = 2; number < 32; number++) secureContextFor(variant(number));
  t.equal(secureContextFor(variant(0)), first, 'used again');
  secureContextFor(variant(32));
  t.equal(secureContextFor(variant(0)), first);
  t.not(secureContextFor(variant(1)), second);
});
