import { nameToSay, parseExtensions } from '@mailprovider/smtp/ehlo';
import t from 'tap';

t.test('an address is said as a literal, a host name as it is', async (t) => {
  const table = [
    ['127.0.0.1', '[127.0.0.1]'],
    ['::1', '[IPv6:::1]'],
    ['2001:db8::25', '[IPv6:2001:db8::25]'],
    ['::ffff:192.0.2.1', '[192.0.2.1]'],
    ['fe80::1%eth0', '[IPv6:fe80::1]'],
    ['probe.example', 'probe.example'],
    ['probe.example.', 'probe.example'],
  ] as const;
  for (const [name, said] of table) t.equal(nameToSay(name), said);
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
