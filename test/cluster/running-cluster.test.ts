import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import t from 'tap';
import { type ClusterProcess, runCluster } from './cluster-process.ts';
import { WITHOUT_PROGRAMS } from './control-plane.ts';

const VARIABLES = [
  'KUBECONFIG',
  'MAILPROVIDER_NAMESPACE',
  'MAILPROVIDER_SMTP_HOST',
  'MAILPROVIDER_SMTP_PORT',
  'MAILPROVIDER_SMTPS_PORT',
  'MAILPROVIDER_SMTP_CA',
  'MAILPROVIDER_SMTP_USERNAME',
  'MAILPROVIDER_SMTP_PASSWORD',
  'MAILPROVIDER_MAILBOX_URL',
  'MAILPROVIDER_SUBMIT_URL',
  'MAILPROVIDER_SUBMIT_TOKEN',
  'MAILPROVIDER_METRICS_URLS',
] as const;

/** Prints the environment, what it leads to, and ends with status 7. */
const REPORT = `
  const { execFileSync } = require('node:child_process');
  const run = (...args) => execFileSync('kubectl', args, { encoding: 'utf8' });
  const kubeconfig = (name) => process.env.KUBECONFIG.replace(/[^/]*$/, name + '.kubeconfig');
  const name = 'jsonpath={.status.userInfo.username}';
  const whoami = (...args) => run('auth', 'whoami', '-o', name, ...args);
  const urls = process.env.MAILPROVIDER_METRICS_URLS.split(' ');
  const report = async () => ({
    environment: process.env,
    providers: run('get', 'mailproviders', '-o', 'name'),
    contextNamespace: run('config', 'view', '--minify', '-o', 'jsonpath={..namespace}'),
    users: ['webhook', 'health', 'sender'].map((process) =>
      whoami('--kubeconfig', kubeconfig(process))),
    admin: whoami(),
    unauthenticated: (await fetch(process.env.MAILPROVIDER_SUBMIT_URL + '/v1/mails')).status,
    queued: await (await fetch(process.env.MAILPROVIDER_SUBMIT_URL + '/v1/mails?state=queued', {
      headers: { authorization: 'Bearer ' + process.env.MAILPROVIDER_SUBMIT_TOKEN },
    })).json(),
    metrics: await Promise.all(urls.map(async (url) => (await (await fetch(url)).text()).length)),
    messages: await (await fetch(process.env.MAILPROVIDER_MAILBOX_URL)).json(),
  });
  report().then((found) => {
    console.log(JSON.stringify(found));
    process.exitCode = 7;
  });
`;

interface Report {
  readonly environment: Readonly<Record<string, string>>;
}

async function reportOf(cluster: ClusterProcess): Promise<Report> {
  await cluster.exitCode;
  return JSON.parse(cluster.stdout()) as Report;
}

async function processesOf(directory: string): Promise<readonly string[]> {
  const { stdout } = await execa('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(directory));
}

function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

function environmentFile(stderr: string): string {
  return /terminal: \. (\S+)/.exec(stderr)?.[1] ?? '';
}

/** New for each test, because tap keeps what it is given. */
const parallel = () => ({ skip: WITHOUT_PROGRAMS, buffered: true });

t.jobs = 2;
t.setTimeout(120_000);

t.test(
  'a command finds a cluster that is ready, whatever other clusters run',
  parallel(),
  async (t) => {
    const clusters = await Promise.all(
      [1, 2].map(() => runCluster(t, ['--', process.execPath, '-e', REPORT])),
    );
    const reports = await Promise.all(clusters.map(reportOf));
    for (const [index, report] of reports.entries()) {
      const { environment } = report;
      t.match(report, {
        providers: '',
        contextNamespace: environment['MAILPROVIDER_NAMESPACE'],
        admin: 'admin',
        users: [
          'system:serviceaccount:mailprovider-system:mailprovider-webhook',
          'system:serviceaccount:mailprovider-system:mailprovider-health',
          'system:serviceaccount:mailprovider-system:mailprovider-sender',
        ],
        unauthenticated: 401,
        queued: { items: [] },
        metrics: [Number, Number, Number],
        messages: [],
      });
      for (const name of VARIABLES) t.ok(environment[name], name);
      t.match(environment['MAILPROVIDER_SMTP_PASSWORD'], /^[A-Za-z0-9]{20}$/);
      const cluster = clusters[index];
      t.equal(await cluster?.exitCode, 7, 'the status of the command is that of the cluster');
      t.equal(
        cluster?.stdout().trimEnd().includes('\n'),
        false,
        'only the command writes to stdout',
      );
      t.strictSame(await cluster?.leftovers(), []);
      t.strictSame(await processesOf(dirname(environment['KUBECONFIG'] ?? '')), []);
    }
    const [one, two] = reports.map(({ environment }) => environment);
    for (const name of ['KUBECONFIG', 'MAILPROVIDER_SMTP_PORT', 'MAILPROVIDER_METRICS_URLS']) {
      t.not(one?.[name], two?.[name], name);
    }
  },
);

t.test('a cluster waits for Ctrl-C and then leaves nothing', parallel(), async (t) => {
  const cluster = await runCluster(t, []);
  await cluster.wrote('READY\n');
  const [kubeconfig = '', ready, ...others] = cluster.stdout().split('\n');
  t.equal(ready, 'READY');
  t.strictSame(others, ['']);
  t.equal((await stat(dirname(kubeconfig))).mode & 0o777, 0o700);
  t.equal((await stat(kubeconfig)).mode & 0o777, 0o600);
  const server = /server: (\S+)/.exec(await readFile(kubeconfig, 'utf8'))?.[1] ?? '';
  const script = `. '${environmentFile(cluster.stderr())}'; kubectl get namespaces -o name`;
  t.match((await execa('sh', ['-c', script])).stdout, /namespace\/mailprovider-system/);
  t.equal((await processesOf(dirname(kubeconfig))).length, 5);

  cluster.interrupt('SIGINT');
  t.equal(await cluster.exitCode, 0);
  t.equal(cluster.stdout(), `${kubeconfig}\nREADY\n`, 'nothing is printed after READY');
  t.strictSame(await processesOf(dirname(kubeconfig)), []);
  t.ok(await isRefused(server));
  t.strictSame(await cluster.leftovers(), []);
});

/** Kills the health process, then waits to be ended. */
const KILL_HEALTH = `
  directory=\${KUBECONFIG%/*}
  kill -9 $(ps -A -ww -o pid=,args= | awk -v f="$directory/health.kubeconfig" 'index($0, f) && !/awk/ { print $1 }')
  exec sleep 60
`;

t.test(
  'a process that dies is named, and ends the command and the cluster',
  parallel(),
  async (t) => {
    const cluster = await runCluster(t, ['--', 'sh', '-c', KILL_HEALTH]);
    t.equal(await cluster.exitCode, 1);
    t.match(cluster.stderr(), /cluster: health ended by SIGKILL; the end of its log:\n {2}\{/);
    t.strictSame(await cluster.leftovers(), []);
  },
);
