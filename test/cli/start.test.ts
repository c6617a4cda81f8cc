import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { z } from 'zod';

const root = join(import.meta.dirname, '../../..');
const command = join(root, 'packages/cli/bin/mailprovider.js');

const lineSchema = z.looseObject({
  msg: z.string(),
  provider: z.string().optional(),
  healthy: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  metrics: z.string().optional(),
  mailbox: z.array(z.string()).optional(),
  sender: z.array(z.string()).optional(),
  submit: z.string().optional(),
  lastSendError: z.string().optional(),
});
type Line = z.output<typeof lineSchema>;

/** The running command; `until` reads its lines up to one that matches. */
function start(t: Test, ...args: string[]) {
  const child = spawn(process.execPath, [command, 'start', ...args], { cwd: root });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const until = async (matches: (line: Line) => boolean): Promise<Line> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('the command ended');
      const line = lineSchema.parse(JSON.parse(value));
      if (matches(line)) return line;
    }
  };
  return { child, until };
}

async function ended(child: ChildProcess) {
  const [code] = await once(child, 'exit');
  return code;
}

function yaml(port: number, password: string): string {
  return `apiVersion: breakglass.t-caas.telekom.com/v1alpha1
kind: MailProvider
metadata: {name: p}
spec:
  smtp:
    host: localhost
    port: ${port}
    username: developer
    passwordRef: {name: s, key: k}
    insecureSkipVerify: true
  sender: {address: a@example.com}
---
{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {k: ${password}}}
`;
}

const MAILBOX = ['--mailbox-smtp-port', '0', '--mailbox-smtps-port', '0'];

/** Flags with which one run disturbs no other. */
async function ephemeral(t: Test): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'start-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return [...MAILBOX, '--submit-bind-address', '127.0.0.1:0', '--data-dir', join(folder, 'mails')];
}

function post(url: string | undefined, mail: object): Promise<Response> {
  return fetch(url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(mail),
  });
}

t.test('checks a folder for real, follows its changes, and ends on SIGTERM', async (t) => {
  const folder = join(t.testdir({ providers: {} }), 'providers');
  const { child, until } = start(t, folder, ...(await ephemeral(t)));
  const serving = await until(({ msg }) => msg === 'serving');
  const port = Number(/localhost:(\d+)/.exec(serving.mailbox?.[0] ?? '')?.[1]);

  await writeFile(join(folder, 'p.yaml'), yaml(port, 'wrong'));
  const failed = await until(({ healthy }) => healthy === 'False');
  t.match(failed, { provider: 'p', reason: 'AuthenticationFailed', message: /reply 535/ });

  await writeFile(join(folder, 'p.yaml.new'), yaml(port, 'development'));
  await rename(join(folder, 'p.yaml.new'), join(folder, 'p.yaml'));
  await until(({ healthy }) => healthy === 'True');

  const metrics = await (await fetch(serving.metrics ?? '')).text();
  t.match(metrics, /breakglass_mailprovider_status\{provider="p"\} 1\n/);

  await writeFile(join(folder, 'q.yaml'), 'kind: [');
  const refused = await until(({ msg }) => msg === 'refused');
  t.match(refused, { file: join(folder, 'q.yaml'), message: /^line 1/ });

  await rm(join(folder, 'q.yaml'));
  await until(({ msg }) => msg === 'resolved');

  await rename(folder, `${folder}.gone`);
  t.match(await until(({ msg }) => msg === 'refused'), { message: /the last state is kept/ });
  await mkdir(folder);
  await writeFile(join(folder, 'p.yaml'), yaml(port, 'wrong'));
  await until(({ healthy }) => healthy === 'False');

  await rm(join(folder, 'p.yaml'));
  await until(({ msg, provider }) => msg === 'deleted' && provider === 'p');
  child.kill('SIGTERM');
  t.equal(await ended(child), 0);
});

t.test('a folder that is not there is named, in one line', async (t) => {
  const { child } = start(t, 'no/such/folder');
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  t.equal(await ended(child), 1);
  t.equal(
    stderr,
    'mailprovider: cannot read the folder "no/such/folder" (ENOENT); name one: mailprovider start DIR\n',
  );
});

t.test('the examples are admitted; one of them fails on purpose, for its password', async (t) => {
  // The same files with the ports of this run in place of those that `npm start` uses.
  const folder = t.testdir({});
  const begin = performance.now();
  const { until } = start(t, folder, ...(await ephemeral(t)));
  const serving = await until(({ msg }) => msg === 'serving');
  const [starttls, implicit] = [...(serving.mailbox?.[0] ?? '').matchAll(/localhost:(\d+)/g)].map(
    ([, port]) => port ?? '',
  );
  for (const name of ['alerts', 'reports', 'team-mail']) {
    const text = await readFile(join(root, `examples/standalone/${name}.yaml`), 'utf8');
    const here = text.replace('port: 1025', `port: ${starttls}`).replace('1465', `${implicit}`);
    await writeFile(join(folder, `${name}.yaml`), here);
  }
  const results = new Map<string, string>();
  while (results.size < 3) {
    const { provider, reason } = await until(({ reason: found }) => found !== 'Pending');
    if (provider !== undefined && reason !== undefined) results.set(provider, reason);
  }
  t.ok(performance.now() - begin < 10_000, 'within 10 s of the start');
  t.strictSame(Object.fromEntries(results), {
    alerts: 'HealthCheckPassed',
    reports: 'AuthenticationFailed',
    'team-mail': 'HealthCheckPassed',
  });
});

t.test('sends mails, and keeps those it could not send for the next start', async (t) => {
  const folder = join(t.testdir({ providers: {} }), 'providers');
  const flags = await ephemeral(t);
  const first = start(t, folder, ...flags);
  const { submit } = await first.until(({ msg }) => msg === 'serving');
  // Port 1 is tcpmux, which hardly anybody runs.
  const text = yaml(1, 'development').replace('spec:', 'spec:\n  default: true');
  await writeFile(join(folder, 'p.yaml'), text);
  await first.until(({ provider }) => provider === 'p');
  const to = ['you@example.com'];
  const accepted = await post(submit, { to, subject: 'Hello', text: 'It works.' });
  t.equal(accepted.status, 202);
  const refused = await first.until(({ lastSendError = '' }) => lastSendError !== '');
  t.match(refused.lastSendError, /^ConnectionRefused: localhost:1: failed in stage connect/);
  first.child.kill('SIGTERM');
  t.equal(await ended(first.child), 0);

  const second = start(t, folder, ...flags);
  const { mailbox = [] } = await second.until(({ msg }) => msg === 'serving');
  const port = /localhost:(\d+)/.exec(mailbox[0] ?? '')?.[1];
  await writeFile(join(folder, 'p.yaml'), text.replace('port: 1', `port: ${port}`));
  const url = /http:\S+/.exec(mailbox[2] ?? '')?.[0] ?? '';
  const received = async () => (await (await fetch(url)).json()) as { raw: string }[];
  await second.until(({ healthy }) => healthy === 'True');
  while ((await received()).length === 0) await delay(20);
  t.match(await received(), [{ raw: /^From: a@example\.com\r\n.*Subject: Hello\r\n/s }]);
});

t.test('without room for a sender the providers are checked all the same', async (t) => {
  const folder = join(t.testdir({ providers: {} }), 'providers');
  const flags = await ephemeral(t);
  const first = start(t, folder, ...flags);
  await first.until(({ msg }) => msg === 'serving');
  const second = start(t, folder, ...flags);
  const { sender, submit } = await second.until(({ msg }) => msg === 'serving');
  t.match(sender, [/^not started: .* is in use/]);
  t.equal(submit, undefined);
  second.child.kill('SIGTERM');
  t.equal(await ended(second.child), 0);
});
