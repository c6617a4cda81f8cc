import { addressLiteral, parseExtensions } from '@mailprovider/smtp/ehlo';
import t from 'tap';

t.test('the client introduces itself by the address of its own end', async (t) => {
  t.equal(addressLiteral('127.0.0.1'), '[127.0.0.1]');
  t.equal(addressLiteral('::1'), '[IPv6:::1]');
  t.equal(addressLiteral('2001:db8::25'), '[IPv6:2001:db8::25]');
  t.equal(addressLiteral('::ffff:192.0.2.1'), '[192.0.2.1]', 'a mapped address is IPv4');
  t.equal(addressLiteral('fe80::1%eth0'), '[IPv6:fe80::1]', 'a zone means nothing elsewhere');
  t.equal(addressLiteral(undefined), '[127.0.0.1]');
});

t.test('extensions are read without regard to case, the first line is not one', async (t) => {
  const extensions = parseExtensions([
    'STARTTLS',
    'size 1000',
    '',
    'Auth plain  LOGIN ',
    '8BITMIME',
  ]);
  t.same(
    [...extensions],
    [
      ['SIZE', ['1000']],
      ['AUTH', ['plain', 'LOGIN']],
      ['8BITMIME', []],
    ],
  );
});

t.test('several AUTH lines, the old form with an equals sign too, are one offer', async (t) => {
  const extensions = parseExtensions(['peer', 'AUTH=LOGIN', 'AUTH PLAIN', 'AUTH=']);
  t.same([...extensions], [['AUTH', ['LOGIN', 'PLAIN']]]);
});
