import { hostProblem } from '@mailprovider/provider/host';
import t from 'tap';

t.test('accepts names and addresses that can be dialled', async (t) => {
  const hosts = [
    'smtp.example.com',
    'smtp.example.com.',
    'localhost',
    'SMTP.Example.COM',
    'mail_relay.internal',
    '3com.example',
    'xn--mnchen-3ya.example',
    '192.0.2.25',
    '2001:db8::25',
    '::1',
    '::ffff:192.0.2.25',
  ];
  for (const host of hosts) t.equal(hostProblem(host), undefined, host);
});

t.test('says what is wrong with the others', async (t) => {
  const hosts: [string, RegExp][] = [
    ['smtp://host', /without a scheme/],
    ['user@smtp.example.com', /user name/],
    ['smtp.example.com:587', /port/],
    ['smtp.example.com/', /path/],
    ['smtp example.com', /spaces/],
    ['smtp.example.com\r\nQUIT', /spaces/],
    ['[2001:db8::1]', /brackets/],
    ['fe80::1%eth0', /zone/],
    ['2001:db8:::1', /IPv6/],
    ['256.1.1.1', /IPv4/],
    ['127.1', /IPv4/],
    ['2130706433', /IPv4/],
    ['0x7f.0x1', /IPv4/],
    ['münchen.example', /write it as "xn--mnchen-3ya\.example"/],
    ['-smtp.example.com', /host name/],
    ['smtp..example.com', /host name/],
    ['.', /host name/],
    [`${'a'.repeat(64)}.example`, /host name/],
  ];
  for (const [host, words] of hosts) t.match(hostProblem(host), words, host);
});
