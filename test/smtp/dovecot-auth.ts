import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Credentials } from '@mailprovider/smtp';
import type { Test } from 'tap';

const GREETING = [
  'VERSION\t1\t1',
  'MECH\tPLAIN\tplaintext',
  'MECH\tLOGIN\tplaintext',
  'SPID\t1',
  'CUID\t1',
  'COOKIE\t00000000000000000000000000000000',
  'DONE',
];
const QUESTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['PLAIN', ['']],
  ['LOGIN', ['Username:', 'Password:']],
]);

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Judges one set of credentials as Dovecot's authentication service does, whose protocol Postfix speaks. */
export async function dovecotAuth(t: Test, path: string, credentials: Credentials): Promise<void> {
  const server = createServer((socket) => serve(socket, credentials)).listen(path);
  await once(server, 'listening');
  await chmod(path, 0o666);
  t.teardown(() => server.close());
}

/** An exchange under way: what was answered so far to the questions of its mechanism. */
interface Exchange {
  readonly mechanism: string;
  readonly answers: string[];
}

function serve(socket: Socket, { username, password }: Credentials): void {
  const exchanges = new Map<string, Exchange>();
  const right = [base64(`\0${username}\0${password}`), [username, password].map(base64).join()];

  const proceed = (id: string, { mechanism, answers }: Exchange): string => {
    const question = QUESTIONS.get(mechanism)?.[answers.length];
    if (question !== undefined) return `CONT\t${id}\t${base64(question)}`;
    exchanges.delete(id);
    return right.includes(answers.join()) ? `OK\t${id}\tuser=${username}` : `FAIL\t${id}`;
  };

  socket.on('error', () => undefined);
  socket.write(`${GREETING.join('\n')}\n`);
  createInterface(socket).on('line', (line) => {
    const [verb, id = '', first = '', ...parameters] = line.split('\t');
    if (verb === 'AUTH') {
      const initial = parameters.find((parameter) => parameter.startsWith('resp='));
      const answers = initial === undefined ? [] : [initial.slice('resp='.length)];
      exchanges.set(id, { mechanism: first, answers });
    } else exchanges.get(id)?.answers.push(first);
    const exchange = exchanges.get(id);
    if (exchange !== undefined) socket.write(`${proceed(id, exchange)}\n`);
  });
}
