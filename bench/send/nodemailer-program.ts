import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { assist } from '../measure/assist.ts';
import { repeat } from '../measure/repeat.ts';
import { FROM, RECIPIENT, TEXT } from './message.ts';

const taskSchema = z.object({
  port: z.int(),
  /** With it, over STARTTLS and after AUTH. */
  login: z
    .object({ authorityPem: z.string(), username: z.string(), password: z.string() })
    .optional(),
  /** How many connections are kept; none: each mail has one of its own. */
  kept: z.int(),
  /** How many mails are handed over before the first of them is sent. */
  concurrency: z.int(),
  seconds: z.number(),
});
type Task = z.output<typeof taskSchema>;

function createMailer({ port, login, kept }: Task) {
  const server = { host: '127.0.0.1', port, secure: false };
  const access =
    login === undefined
      ? { ignoreTLS: true }
      : {
          requireTLS: true,
          tls: { ca: login.authorityPem },
          auth: { user: login.username, pass: login.password },
        };
  if (kept === 0) return createTransport({ ...server, ...access });
  const pool = { pool: true, maxConnections: kept, maxMessages: Number.POSITIVE_INFINITY } as const;
  return createTransport({ ...server, ...access, ...pool });
}

/** One for all rounds, so that a pool keeps its connections. */
let mailer: ReturnType<typeof createMailer> | undefined;

assist((message) => {
  const task = taskSchema.parse(message);
  mailer ??= createMailer(task);
  const transport = mailer;
  const mail = { from: FROM, to: RECIPIENT, subject: 'a mail of nodemailer', text: TEXT };
  return repeat(async () => {
    await transport.sendMail(mail);
  }, task);
});
