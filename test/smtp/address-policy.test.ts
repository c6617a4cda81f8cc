import { createAddressPolicy } from '@mailprovider/smtp';
import t from 'tap';

const LOOPBACK = ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'];
const NEVER = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '224.0.0.1',
  '239.255.255.255',
  '255.255.255.255',
  '::',
  '0:0:0:0:0:0:0:0',
  'fe80::1',
  'febf::1',
  'fe80::1%eth0',
  'ff02::1',
  '::ffff:0.0.0.0',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:e000:1',
  '::FFFF:255.255.255.255',
  'localhost',
  '2130706433',
  '127.1',
  '',
];
const ALWAYS = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '1.1.1.1',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '240.0.0.1',
  '::ffff:192.0.2.1',
  '::2',
  '2001:db8::25',
  'fd00::1',
  'fec0::1',
];

t.test('by default loopback and what is never a mail server are denied', async (t) => {
  const policy = createAddressPolicy({ allowLoopback: false });
  for (const address of [...LOOPBACK, ...NEVER]) t.equal(policy.allows(address), false, address);
  for (const address of ALWAYS) t.equal(policy.allows(address), true, address);
});

t.test('allowing loopback allows nothing else', async (t) => {
  const policy = createAddressPolicy({ allowLoopback: true });
  for (const address of [...LOOPBACK, ...ALWAYS]) t.equal(policy.allows(address), true, address);
  for (const address of NEVER) t.equal(policy.allows(address), false, address);
});
