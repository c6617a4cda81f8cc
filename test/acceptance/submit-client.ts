import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export const MAIL = { to: ['jane@example.com'], subject: 'Hello', text: 'It works.' };

const mailSchema = z.object({
  id: z.string(),
  messageId: z.string(),
  provider: z.string(),
  state: z.string(),
  recipients: z.array(
    z.looseObject({ address: z.string(), outcome: z.string(), reason: z.string().optional() }),
  ),
});
export type SubmittedMail = z.output<typeof mailSchema>;

const acceptedSchema = mailSchema.pick({ id: true, messageId: true, provider: true });
const receivedSchema = z.array(
  z.looseObject({ envelope: z.object({ to: z.array(z.string()) }), raw: z.string() }),
);

export interface SubmitAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The submit API of a cluster as a program uses it. */
export function submitClient(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const get = async (path: string) => (await fetch(`${url}${path}`, { headers })).json();
  const post = async (mail: object, more: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/v1/mails`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(mail),
    });
    return { status: response.status, body: await response.json() } satisfies SubmitAnswer;
  };
  const find = async (id: string) => mailSchema.parse(await get(`/v1/mails/${id}`));
  return {
    post,
    find,
    /** Throws unless the mail is accepted. */
    submit: async (mail: object) => acceptedSchema.parse((await post(mail)).body),
    list: (state: string) => get(`/v1/mails?state=${state}`),
    /** Waits for a mail to be as wanted; tests have a time limit. */
    async until(id: string, wanted: (mail: SubmittedMail) => boolean): Promise<SubmittedMail> {
      for (;;) {
        const mail = await find(id);
        if (wanted(mail)) return mail;
        await delay(20);
      }
    },
  };
}

/** The message with that Message-ID in a mailbox, once it is there. */
export async function received(mailboxUrl: string, messageId: string) {
  for (;;) {
    const messages = receivedSchema.parse(await (await fetch(mailboxUrl)).json());
    const found = messages.find(({ raw }) => raw.includes(messageId));
    if (found !== undefined) return found;
    await delay(20);
  }
}
