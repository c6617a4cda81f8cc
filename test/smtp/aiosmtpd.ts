import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Identity } from './certificates.ts';
import type { Implementation, Ports } from './implementation.ts';
import { CREDENTIALS } from './probe.ts';

const PROGRAM = fileURLToPath(new URL('../../fixtures/aiosmtpd-server.py', import.meta.url));
/** A package of Debian is known to Debian's Python, which need not be the first of the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

const python = PYTHONS.find((name) => spawnSync(name, ['-c', 'import aiosmtpd']).status === 0);

export const aiosmtpd: Implementation = {
  name: 'aiosmtpd',
  missing: python === undefined && 'needs aiosmtpd: apt-get install python3-aiosmtpd',
  start,
};

async function start(t: Test, { cert, key }: Identity): Promise<Ports> {
  const directory = t.testdir({ 'cert.pem': cert, 'key.pem': key });
  const files = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const { username, password } = CREDENTIALS;
  const server = spawn(python ?? '', [PROGRAM, ...files, username, password], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  t.teardown(async () => {
    server.stdin.end();
    if (server.exitCode === null) await once(server, 'exit');
  });
  for await (const line of createInterface(server.stdout)) return JSON.parse(line);
  throw new Error('aiosmtpd ended before it told its ports');
}
