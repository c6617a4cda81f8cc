import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { isExecutable } from '@mailprovider/cluster/executable';
import { freePorts } from '@mailprovider/cluster/free-ports';
import { abortOnFailure } from '@mailprovider/cluster/process-failure';
import { startProcess } from '@mailprovider/cluster/supervised-process';
import { waitUntil } from '@mailprovider/cluster/wait-until';
import { execa } from 'execa';
import { commonNowMs } from '../measure/common-clock.ts';
import { FROM, RECIPIENT, TEXT_BYTES } from './message.ts';
import type { Relay } from './relay.ts';

const POSTCONF = '/usr/sbin/postconf';
const POSTFIX = '/usr/sbin/postfix';
const SOURCE = '/usr/sbin/smtp-source';
/** As many connections as smtp-source submits by; Postfix delivers by 20, its own default. */
const SOURCE_SESSIONS = 20;
/** After this its master ends by itself, should this process have died. */
const LIFETIME_S = 1200;
const START_TIMEOUT_MS = 20_000;
const STOP_GRACE_MS = 5_000;

/** What of Postfix is there: its version, or why it cannot be measured. */
export type PostfixPresence = { readonly version: string } | { readonly missing: string };

export async function findPostfix(): Promise<PostfixPresence> {
  const { failed, stdout } = await execa(POSTCONF, ['-dh', 'mail_version'], { reject: false });
  if (failed || stdout === undefined) return { missing: 'it is not installed' };
  if (!(await isExecutable(SOURCE))) return { missing: 'there is no smtp-source' };
  const isRoot = process.getuid?.() === 0;
  return isRoot ? { version: stdout.trim() } : { missing: 'it has to be started by root' };
}

/** As Debian's, without the services that only local mail needs. */
function services(port: number): string {
  return `
127.0.0.1:${port} inet n - n - - smtpd
cleanup   unix  n  -  n  -      0  cleanup
qmgr      unix  n  -  n  300    1  qmgr
tlsmgr    unix  -  -  n  1000?  1  tlsmgr
rewrite   unix  -  -  n  -      -  trivial-rewrite
bounce    unix  -  -  n  -      0  bounce
defer     unix  -  -  n  -      0  bounce
trace     unix  -  -  n  -      0  bounce
flush     unix  n  -  n  1000?  0  flush
proxymap  unix  -  -  n  -      -  proxymap
smtp      unix  -  -  n  -      -  smtp
error     unix  -  -  n  -      -  error
retry     unix  -  -  n  -      -  error
anvil     unix  -  -  n  -      1  anvil
scache    unix  -  -  n  -      1  scache
`;
}

/** All that bears on throughput is as Postfix comes; only the next hop is a port of this machine. */
function parameters(directory: string, daemons: string, sinkPort: number): string {
  return `
compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
daemon_directory = ${daemons}
myhostname = relay.bench.example
mydestination =
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
disable_dns_lookups = yes
relayhost = [127.0.0.1]:${sinkPort}
`;
}

export interface PostfixOptions {
  /** A folder on a disk. */
  readonly parent: string;
  readonly sinkPort: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

async function configure(directory: string, daemons: string, options: PostfixOptions) {
  const [port = 0] = await freePorts(1);
  // Its daemons run as another user.
  await chmod(directory, 0o755);
  await mkdir(join(directory, 'queue'));
  await writeFile(join(directory, 'main.cf'), parameters(directory, daemons, options.sinkPort));
  await writeFile(join(directory, 'master.cf'), services(port));
  const check = await execa(POSTFIX, ['-c', directory, 'check'], { reject: false });
  if (check.failed) throw new Error(`Postfix refuses its configuration: ${check.stderr}`);
  return port;
}

async function awaitListening(port: number, signal: AbortSignal): Promise<void> {
  const problem = async () => {
    const socket = connect(port, '127.0.0.1');
    const greeted = once(socket, 'data').then(() => undefined, String);
    return greeted.finally(() => socket.destroy());
  };
  await waitUntil(problem, { what: 'start of Postfix', timeoutMs: START_TIMEOUT_MS, signal });
}

async function submit(port: number, mails: number, signal: AbortSignal) {
  const size = ['-s', String(SOURCE_SESSIONS), '-m', String(mails), '-l', String(TEXT_BYTES)];
  const envelope = ['-f', FROM, '-t', RECIPIENT];
  const startedAt = commonNowMs();
  // Its connections are kept, too (-d).
  await execa(SOURCE, ['-d', ...size, ...envelope, `127.0.0.1:${port}`], { cancelSignal: signal });
  return { startedAt, acceptedAt: commonNowMs() };
}

/** Starts a Postfix of its own that relays everything to a sink, and smtp-source for each load. */
export async function startPostfixRelay(
  options: PostfixOptions,
): Promise<Relay & { stop(): Promise<void> }> {
  const { parent, environment, signal } = options;
  const directory = await mkdtemp(join(parent, 'mailprovider-postfix-'));
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 5 });
  try {
    const daemons = (await execa(POSTCONF, ['-dh', 'daemon_directory'])).stdout.trim();
    const port = await configure(directory, daemons, options);
    const master = await startProcess({
      name: 'Postfix',
      file: join(daemons, 'master'),
      args: ['-c', directory, '-s', '-e', String(LIFETIME_S)],
      environment,
      logFile: join(directory, 'master.log'),
    });
    const stop = async () => {
      await master.stop(STOP_GRACE_MS);
      await remove();
    };
    const failed = abortOnFailure(master.failure);
    try {
      await awaitListening(port, AbortSignal.any([signal, failed]));
    } catch (error) {
      await stop();
      throw error;
    }
    const { pid } = master;
    return { name: 'Postfix', pid, failed, submit: (mails) => submit(port, mails, signal), stop };
  } catch (error) {
    await remove();
    throw error;
  }
}
