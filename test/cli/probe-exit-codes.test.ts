import { join } from 'node:path';
import { freePorts } from '@mailprovider/cluster/free-ports';
import t from 'tap';
import { greetAndOffer, hear, type Step, say, scriptedPeer } from '../smtp/scripted-peer.ts';
import { type Fields, file, LOGIN, mailbox, probe, provider, secret } from './probe-command.ts';

t.test('each stage that fails has its exit code, and what to do about it', async (t) => {
  const peer = async (...steps: readonly Step[]) => (await scriptedPeer(t, steps)).port;
  const greeted = [say('220 hi\r\n'), hear('EHLO')];
  const [unused = 0] = await freePorts(1);
  const table: readonly [number, string, string, Fields, RegExp][] = [
    [10, 'dns', 'AddressNotAllowed', { host: '169.254.1.1', port: 25 }, /may not be dialled/],
    [11, 'connect', 'ConnectionRefused', { port: unused }, /nothing listens/],
    [
      12,
      'tls',
      'TlsHandshakeFailed',
      { port: await peer(say('220 hi\r\n')), tlsMode: 'implicit' },
      /spec\.smtp\.tlsMode/,
    ],
    [13, 'greeting', 'GreetingRejected', { port: await peer(say('554 no\r\n')) }, /refuses conn/],
    [14, 'ehlo', 'EhloRejected', { port: await peer(...greeted, say('550 no\r\n')) }, /EHLO/],
    [
      15,
      'starttls',
      'StartTlsNotOffered',
      { port: await peer(...greetAndOffer('SIZE')), tlsMode: 'starttls' },
      /does not offer STARTTLS/,
    ],
  ];
  for (const [code, stage, reason, smtp, advice] of table) {
    const { exitCode, stdout } = await probe(['-'], file(provider('relay', smtp)));
    t.equal(exitCode, code, reason);
    t.match(stdout, `failed in stage ${stage}: ${reason}\n`);
    t.match(stdout, advice);
  }
  const { smtpPort } = await mailbox(t);
  const wrong = file(provider('relay', { port: smtpPort, ...LOGIN }), secret('wrong'));
  const { exitCode, stdout } = await probe(['-'], wrong);
  t.equal(exitCode, 16);
  t.match(stdout, /^ {2}auth .* failed \(reply 535\)$/m);
  t.match(stdout, 'failed in stage auth: AuthenticationFailed\n');
  t.match(stdout, /check spec\.smtp\.username and the Secret/);
});

t.test('a password that is not there and an invalid spec have their exit codes', async (t) => {
  const missing = await probe(['-'], file(provider('relay', { port: 25, ...LOGIN })));
  t.equal(missing.exitCode, 3);
  t.match(missing.stdout, /password not loaded: SecretNotFound\n {2}Secret "default\/login"/);

  const invalid = await probe(['-'], file(provider('relay', { port: 0 })));
  t.equal(invalid.exitCode, 2);
  t.match(invalid.stderr, /standard input: mailprovider "relay": spec\.smtp\.port: Invalid value/);
});

t.test('what cannot be done is 1, a command line that makes no sense 2', async (t) => {
  const folder = t.testdir({ 'empty.yaml': '' });
  const table: readonly [readonly string[], string, number, RegExp][] = [
    [['no/such.yaml'], '', 1, /cannot read the file "no\/such\.yaml" \(ENOENT\)/],
    [['-'], 'kind: [', 1, /standard input: line 1/],
    [[join(folder, 'empty.yaml')], '', 1, /no MailProvider/],
    [[folder, 'relay'], '', 1, /no mailprovider "relay"/],
    [['relay'], '', 1, /kubeconfig \/nonexistent/],
    [['relay', 'other'], '', 1, /no file "relay"/],
    [[], '', 2, /missing required argument/],
    [['-', '--nonsense'], '', 2, /unknown option/],
    [['-', '--output', 'xml'], '', 2, /text, json/],
    [['-', '--timeout', '0s'], '', 2, /must be more than 0/],
  ];
  for (const [args, input, code, message] of table) {
    const { exitCode, stdout, stderr } = await probe(args, input);
    t.equal(exitCode, code, args.join(' '));
    t.match(stderr, message);
    t.equal(stdout, '');
  }
});

t.test('the help has every exit code', async (t) => {
  const { exitCode, stdout } = await probe(['--help']);
  t.equal(exitCode, 0);
  const codes = [...stdout.matchAll(/^ {2,3}(\d+) {2}\w/gm)].map(([, code]) => Number(code));
  t.same(codes, [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16]);
});
