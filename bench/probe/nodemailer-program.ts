import { createTransport } from 'nodemailer';
import { assist } from '../measure/assist.ts';
import { repeat } from '../measure/repeat.ts';
import { type ProbeTask, portsInTurn, probeTaskSchema } from './probe-task.ts';

/** One probe by the means of the library that most programs in JavaScript send mail with. */
async function probe({ authorityPem, credentials }: ProbeTask, port: number): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    requireTLS: true,
    auth: { user: credentials.username, pass: credentials.password },
    tls: { ca: authorityPem },
  });
  await transport.verify();
  transport.close();
}

assist((message) => {
  const task = probeTaskSchema.parse(message);
  const nextPort = portsInTurn(task);
  return repeat(() => probe(task, nextPort()), task);
});
