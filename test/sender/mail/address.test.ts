import { addressProblem } from '@mailprovider/sender/mail/address';
import t from 'tap';

t.test('takes what RFC 5321 and RFC 6531 call a mailbox with a dot-string', async (t) => {
  const addresses = [
    'user@example.com',
    'first.last+tag@Mail.EXAMPLE.com',
    "!#$%&'*+-/=?^_`{|}~@example.com",
    'root@localhost',
    'grüße@münchen.de',
    '用户@例子.公司',
    'иван@пример.рф',
    'user@xn--mnchen-3ya.de',
    'user@1.2.example',
    `${'a'.repeat(64)}@example.com`,
    `${'ü'.repeat(32)}@example.com`,
    `a@${`${'b'.repeat(63)}.`.repeat(3)}${'c'.repeat(60)}`,
  ];
  for (const address of addresses) t.equal(addressProblem(address), undefined, address);
});

t.test('says what is wrong with others', async (t) => {
  const cases: readonly [address: string, problem: RegExp][] = [
    ['', /such as "user@example.com"/],
    ['user', /such as/],
    ['@example.com', /such as/],
    ['user@', /domain name/],
    ['a b@example.com', /without spaces/],
    ['a\u3000b@example.com', /without spaces/],
    ['a@b@example.com', /further @/],
    ['"a b"@example.com', /quotes/],
    ['.a@example.com', /such as/],
    ['a.@example.com', /such as/],
    ['a..b@example.com', /such as/],
    ['a(b)@example.com', /such as/],
    ['a\\b@example.com', /such as/],
    ['a:b@example.com', /such as/],
    ['A <a@example.com>', /\{"name"/],
    ['a@example.com>', /\{"name"/],
    ['a@example.com,b@example.com', /as a list/],
    ['a@example.com;b@example.com', /as a list/],
    ['a@example.com\r\nRCPT TO:<b@c.d>', /one line/],
    ['a@example.com\n', /one line/],
    ['a\0@example.com', /one line/],
    ['a\u0085@example.com', /one line/],
    ['a\u2028@example.com', /one line/],
    ['\ud83d@example.com', /one line/],
    [`${'a'.repeat(65)}@example.com`, /64 octets/],
    [`${'ü'.repeat(33)}@example.com`, /64 octets/],
    [`a@${'b.'.repeat(130)}com`, /254 octets/],
    [`a@${'b'.repeat(64)}.com`, /domain name/],
    [`a@${'ü'.repeat(60)}.com`, /domain name/],
    ['a@example..com', /domain name/],
    ['a@.example.com', /domain name/],
    ['a@example.com.', /domain name/],
    ['a@-example.com', /domain name/],
    ['a@exa_mple.com', /domain name/],
    ['a@example.com/b', /domain name/],
    ['a@example.com:25', /domain name/],
    ['a@example.com?b', /domain name/],
    ['a@ex%61mple.com', /domain name/],
    ['a@[192.0.2.1]', /domain name/],
    ['a@192.0.2.1', /IP address/],
    ['a@xn--a', /domain name/],
    ['a@MÜNCHEN.de', /lower case/],
    ['a@mün\u00adchen.de', /domain name/],
    ['a@münchen\u3002de', /domain name/],
    ['a@\uff45xample.com', /domain name/],
    ['a@ex\u202eample.com', /domain name/],
  ];
  const missed = cases.filter(([address, problem]) => !problem.test(addressProblem(address) ?? ''));
  t.strictSame(missed, []);
});
