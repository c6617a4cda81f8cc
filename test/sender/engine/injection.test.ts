import t from 'tap';
import { BREAKS, MAIL, singleLineFields, TRICKS } from '../mail/single-line-fields.ts';
import { type ParsedMessage, parsedMessages, WITHOUT_PYTHON } from '../render/parsed-message.ts';
import { localSpec } from './local-spec.ts';
import { type ReceivedMessage, receivingServer } from './receiving-server.ts';
import { senderUnderTest } from './sender-under-test.ts';

const HEADER_FIELDS = new Set([
  'from',
  'to',
  'cc',
  'reply-to',
  'subject',
  'message-id',
  'date',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);
const BCC_ADDRESS = 'hidden@bcc.example';

interface Submitted {
  readonly mail: { readonly headers?: object } & object;
  readonly id: string;
}

/** Every field with every trick at its begin, in its middle and at its end, with a recipient in Bcc. */
function spoiltMails(): readonly object[] {
  return singleLineFields.flatMap(([valid, put]) =>
    [...TRICKS, ...BREAKS].flatMap((trick) =>
      [0, 1, valid.length].map((at) => {
        const field = put(valid.slice(0, at) + trick + valid.slice(at));
        return { ...MAIL, bcc: BCC_ADDRESS, ...field };
      }),
    ),
  );
}

function namesIn({ fields }: ParsedMessage): readonly string[] {
  return fields.map(([name]) => name.toLowerCase());
}

function subjectOf(mail: object): unknown {
  return 'subject' in mail ? mail.subject : undefined;
}

t.test(
  'no field of a submission brings in a header field, a recipient or a body',
  {
    skip: WITHOUT_PYTHON,
  },
  async (t) => {
    const server = await receivingServer(t);
    const { sender, declared, recorder } = await senderUnderTest(t);
    declared.provider('first', localSpec(server.port, { retry: { queueSize: 10_000 } }));
    const mails = spoiltMails();
    const submitted: Submitted[] = [];
    for (const mail of mails) {
      const result = await sender.submit(mail);
      if (result.kind === 'accepted') submitted.push({ mail, id: result.mail.messageId });
    }
    await recorder.hasEnds(submitted.length);
    t.ok(singleLineFields.length >= 30);
    t.ok(submitted.length > 100, `${submitted.length} of ${mails.length} mails were accepted`);

    const byId = new Map<string, ReceivedMessage>();
    for (const message of server.received) {
      byId.set(/Message-ID: (.*)\r/.exec(message.content)?.[1] ?? '', message);
    }
    const messages = submitted.map(({ id }) => byId.get(id)?.content ?? '');
    const parsed = await parsedMessages(messages.map((content) => Buffer.from(content)));
    const faults = submitted.flatMap(({ mail, id }, index) => {
      const message = parsed[index];
      const content = messages[index] ?? '';
      if (message === undefined) return [{ fault: 'not received', mail: JSON.stringify(mail) }];
      const own = new Set(Object.keys(mail.headers ?? {}).map((name) => name.toLowerCase()));
      const foreign = namesIn(message).filter((name) => !HEADER_FIELDS.has(name) && !own.has(name));
      const recipients = byId.get(id)?.recipients ?? [];
      return [
        foreign.length > 0 && `header fields ${foreign}`,
        new Set(namesIn(message)).size < namesIn(message).length && 'a header field twice',
        content.includes('bcc.example') && 'Bcc is told',
        recipients.some((address) => address.includes('evil@')) && 'another recipient',
        message.defects.length > 0 && `defects ${message.defects}`,
        message.parts[0]?.content.toString().trim() !== 'x' && 'another text',
        subject(message) !== subjectOf(mail) && 'another subject',
      ].flatMap((fault) => (fault === false ? [] : [{ fault, mail: JSON.stringify(mail) }]));
    });
    t.same(faults, []);
  },
);

function subject({ fields }: ParsedMessage): string | undefined {
  return fields.find(([name]) => name.toLowerCase() === 'subject')?.[1];
}
