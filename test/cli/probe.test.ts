import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@mailprovider/cluster/free-ports';
import t from 'tap';
import { z } from 'zod';
import { greetAndOffer, hear, say, scriptedPeer } from '../smtp/scripted-peer.ts';
import {
  AUTHORITY,
  file,
  LOGIN,
  mailbox,
  PASSWORD,
  probe,
  provider,
  secret,
} from './probe-command.ts';

const stagesSchema = z.array(z.object({ stage: z.string(), seconds: z.number() }));
const reportSchema = z.object({
  exitCode: z.number(),
  results: z.array(
    z.looseObject({
      provider: z.string(),
      verdict: z.string(),
      stages: stagesSchema.optional(),
      tls: z.looseObject({ certificate: z.looseObject({ daysLeft: z.number() }) }).optional(),
    }),
  ),
  problems: z.array(z.looseObject({ file: z.string(), message: z.string() })),
});

t.test('a provider that works is told stage by stage, with its certificate', async (t) => {
  const { smtpPort } = await mailbox(t);
  const path = join(t.testdir({}), 'relay.yaml');
  await writeFile(path, file(provider('relay', { port: smtpPort, ...LOGIN }), secret(PASSWORD)));
  const { exitCode, stdout, stderr } = await probe([path]);
  t.equal(exitCode, 0);
  t.equal(stderr, '');
  const time = / *\d+\.\d ms/.source;
  const date = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.source;
  const expected = [
    `relay {2}127\\.0\\.0\\.1:${smtpPort}`,
    '',
    ` {2}dns {7}${time}`,
    ` {2}connect {3}${time} {2}127\\.0\\.0\\.1`,
    ` {2}greeting {2}${time}`,
    ` {2}ehlo {6}${time}`,
    ` {2}starttls {2}${time} {2}TLSv1\\.3, TLS_\\w+`,
    ` {2}ehlo {6}${time}`,
    ` {2}auth {6}${time}`,
    ` {2}total {5}${time}`,
    '',
    ' {2}certificate {2}verified for 127\\.0\\.0\\.1',
    ' {2}subject {6}CN=localhost',
    ' {2}names {8}localhost, mail\\.example, 127\\.0\\.0\\.1',
    ' {2}issuer {7}CN=Test CA',
    ` {2}not before {3}${date}`,
    ` {2}not after {4}${date} \\((19|20) days left\\)`,
    ' {2}SHA-256 {6}([0-9A-F]{2}:){31}[0-9A-F]{2}',
    '',
    ' {2}passed',
    ` {2}127\\.0\\.0\\.1:${smtpPort}: authenticated over STARTTLS\\.`,
  ];
  t.match(stdout, new RegExp(`^${expected.join('\n')}$`));
});

t.test('a certificate that is refused is shown, and what is wrong with it', async (t) => {
  const { smtpsPort } = await mailbox(t);
  const smtp = { port: smtpsPort, tlsMode: 'implicit', serverName: 'other.example' };
  const trusted = { ...smtp, certificateAuthority: AUTHORITY.certificatePem };
  const { exitCode, stdout } = await probe(['-'], file(provider('relay', trusted)));
  t.equal(exitCode, 12);
  t.match(stdout, '  certificate  refused\n');
  t.match(stdout, /names +localhost, mail\.example/);
  t.match(stdout, 'CertificateNameMismatch');

  const unverified = { ...smtp, insecureSkipVerify: true };
  const accepted = await probe(['-'], file(provider('relay', unverified)));
  t.equal(accepted.exitCode, 0);
  t.match(accepted.stdout, '  certificate  not verified\n');
});

t.test('the JSON form is one object with all there is to know', async (t) => {
  const { smtpsPort } = await mailbox(t);
  const [port = 0] = await freePorts(1);
  const objects = [
    provider('relay', { port: smtpsPort, tlsMode: 'implicit', ...LOGIN }, { disabled: true }),
    provider('refused', { port }),
    provider('broken', { port: 0 }),
    secret(PASSWORD),
  ];
  const { exitCode, stdout, stderr } = await probe(['-', '-o', 'json'], file(...objects));
  t.equal(stderr, '');
  const report = reportSchema.parse(JSON.parse(stdout));
  t.equal(exitCode, 2, 'the file comes first');
  t.equal(report.exitCode, exitCode);
  t.match(report.problems, [{ file: 'standard input', object: 'mailprovider "broken"' }]);
  t.match(report.results[0], {
    ...{ provider: 'relay', disabled: true, verdict: 'passed', loginAttempted: true },
    ...{ host: '127.0.0.1', port: smtpsPort, tlsMode: 'implicit', address: '127.0.0.1' },
    tls: {
      ...{ protocol: 'TLSv1.3', cipher: /^TLS_/, verified: true },
      certificate: { subject: 'CN=localhost', issuer: 'CN=Test CA', notAfter: /^\d{4}-.*Z$/ },
    },
  });
  const stages = report.results[0]?.stages?.map(({ stage }) => stage);
  t.same(stages, ['dns', 'connect', 'tls', 'greeting', 'ehlo', 'auth']);
  t.match(report.results[1], {
    ...{ provider: 'refused', verdict: 'failed', stage: 'connect', reason: 'ConnectionRefused' },
    messages: [/nothing listens/],
  });

  const one = await probe(['-', 'refused', '-o', 'json'], file(...objects));
  t.equal(one.exitCode, 11);
  t.equal(reportSchema.parse(JSON.parse(one.stdout)).results.length, 1);
});

t.test('a disabled provider is probed and said to be disabled', async (t) => {
  const { port } = await scriptedPeer(t, greetAndOffer());
  const { exitCode, stdout } = await probe(
    ['-'],
    file(provider('relay', { port }, { disabled: true })),
  );
  t.equal(exitCode, 0);
  t.match(stdout, /^relay \(disabled: /);
});

t.test('a silent server takes the time that is given, and no more', async (t) => {
  const { port } = await scriptedPeer(t, []);
  const begin = performance.now();
  const { exitCode, stdout } = await probe(
    ['-', '--timeout', '300ms'],
    file(provider('p', { port })),
  );
  t.equal(exitCode, 13);
  t.match(stdout, 'failed in stage greeting: Timeout');
  t.ok(performance.now() - begin < 8_000);
});

t.test('no password and no word of the server is printed', async (t) => {
  const encoded = Buffer.from(`\0alice\0${PASSWORD}`).toString('base64');
  const echo = `535 5.7.8 ${PASSWORD} ${encoded} SERVER-TEXT\r\n`;
  for (const form of ['text', 'json']) {
    const { port } = await scriptedPeer(t, [
      ...greetAndOffer('AUTH PLAIN', 'SERVER-TEXT'),
      ...[hear('AUTH'), say(echo)],
    ]);
    const smtp = { port, ...LOGIN, tlsMode: 'none' };
    const text = file(provider('relay', smtp), secret(PASSWORD));
    const { exitCode, stdout, stderr } = await probe(['-', '-o', form], text);
    t.equal(exitCode, 16);
    for (const word of [PASSWORD, encoded, 'SERVER-TEXT']) t.notMatch(stdout + stderr, word);
  }
});
