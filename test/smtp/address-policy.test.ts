import { createAddressPolicy, parseNetwork } from '@mailprovider/smtp';
import t from 'tap';

const LOOPBACK = ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1'];
/** IPv4 addresses, each to be judged in all its forms. */
const LOOPBACK_IPV4 = ['127.0.0.1', '127.1.2.3'];
const NEVER_IPV4 = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '169.254.0.23',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
];
const ALLOWED_IPV4 = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '1.1.1.1',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '169.255.0.0',
  '223.255.255.255',
  '192.0.2.1',
  '100.100.100.201',
];
const NEVER = [
  '::',
  '0:0:0:0:0:0:0:0',
  '::2',
  'fe80::1',
  'febf::1',
  'fe80::1%eth0',
  '127.0.0.1%lo',
  'ff02::1',
  'fd00:ec2::254',
  'FD00:0EC2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  'fd00:a9fe:a9fe::1',
  'fd00:100::100:200',
  'localhost',
  '2130706433',
  '127.1',
  '0x7f.0.0.1',
  '[::1]',
  '',
];
const ALLOWED = ['2001:db8::25', 'fd00::1', 'fec0::1', 'fd20:ce::255', '2600::1', '64:ff9b:2::1'];

/** The forms in which an IPv4 address hides in an IPv6 address. */
function formsOf(ipv4: string): readonly string[] {
  const bytes = ipv4.split('.').map(Number);
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const tail = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
  const embedding = ['::ffff:', '::FFFF:', '0:0:0:0:0:ffff:', '::', '::ffff:0:', '64:ff9b::'];
  return [
    ipv4,
    ...embedding.flatMap((start) => [`${start}${ipv4}`, `${start}${tail}`]),
    `64:ff9b:1::${tail}`,
    `2002:${tail}::1`,
    `2002:${tail}:ffff:ffff:ffff:ffff:ffff`,
  ];
}

t.test('by default loopback and what is never a mail server are denied', async (t) => {
  const policy = createAddressPolicy({ allowLoopback: false });
  const denied = [...LOOPBACK, ...NEVER, ...[...LOOPBACK_IPV4, ...NEVER_IPV4].flatMap(formsOf)];
  for (const address of denied) t.equal(policy.allows(address), false, address);
  const allowed = [...ALLOWED, ...ALLOWED_IPV4.flatMap(formsOf)];
  for (const address of allowed) t.equal(policy.allows(address), true, address);
});

t.test('allowing loopback allows nothing else', async (t) => {
  const policy = createAddressPolicy({ allowLoopback: true });
  for (const address of LOOPBACK) t.equal(policy.allows(address), true, address);
  for (const address of LOOPBACK_IPV4.flatMap(formsOf)) t.equal(policy.allows(address), true);
  for (const address of [...NEVER, ...NEVER_IPV4.flatMap(formsOf)]) {
    t.equal(policy.allows(address), false, address);
  }
});

t.test('the networks of the cluster are denied, and no others with them', async (t) => {
  const deniedNetworks = ['10.244.0.0/16', 'fd00:10:244::/56', '192.0.2.7/32', '127.9.0.0/16'];
  const policy = createAddressPolicy({ allowLoopback: true, deniedNetworks });
  for (const ipv4 of ['10.244.0.0', '10.244.255.255', '192.0.2.7', '127.9.1.1']) {
    for (const address of formsOf(ipv4)) t.equal(policy.allows(address), false, address);
  }
  t.equal(policy.allows('fd00:10:244:ff::1'), false);
  for (const ipv4 of ['10.243.255.255', '10.245.0.0', '192.0.2.6', '127.0.0.1']) {
    for (const address of formsOf(ipv4)) t.equal(policy.allows(address), true, address);
  }
  t.equal(policy.allows('fd00:10:244:100::1'), true);
});

t.test('a network is an address and the length of its prefix', async (t) => {
  t.same(parseNetwork(' 10.244.0.5/16 '), { address: '10.244.0.5', prefix: 16, family: 'ipv4' });
  t.same(parseNetwork('fd00::/0'), { address: 'fd00::', prefix: 0, family: 'ipv6' });
  const wrong = [
    ['', '"" is no network: "" is not an IP address'],
    ['pods', '"pods" is no network: "pods" is not an IP address'],
    ['fe80::%eth0/64', '"fe80::%eth0" is not an IP address'],
    ['10.244.0.0', 'write it with the length of its prefix, as in 10.244.0.0/16'],
    ['10.244.0.0/33', 'must be a number from 0 to 32'],
    ['10.244.0.0/255.255.0.0', 'must be a number from 0 to 32'],
    ['10.244.0.0/16/8', 'must be a number from 0 to 32'],
    ['10.244.0.0/', 'must be a number from 0 to 32'],
    ['10.244.0.0/-1', 'must be a number from 0 to 32'],
    ['fd00::/129', 'must be a number from 0 to 128, as in fd00:10:244::/56'],
  ] as const;
  for (const [text, message] of wrong) {
    t.throws(() => parseNetwork(text), {
      name: 'RangeError',
      message: new RegExp(escaped(message)),
    });
  }
  t.throws(() => createAddressPolicy({ allowLoopback: false, deniedNetworks: ['pods'] }));
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
