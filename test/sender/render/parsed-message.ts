import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';

const mailboxesSchema = z.array(z.object({ address: z.string(), name: z.string() }));
const messageSchema = z.object({
  fields: z.array(z.tuple([z.string(), z.string()])),
  mailboxes: z.object({
    from: mailboxesSchema.optional(),
    to: mailboxesSchema.optional(),
    cc: mailboxesSchema.optional(),
    'reply-to': mailboxesSchema.optional(),
  }),
  containers: z.array(z.string()),
  parts: z.array(
    z.object({
      type: z.string(),
      charset: z.string().nullable(),
      disposition: z.string().nullable(),
      filename: z.string().nullable(),
      contentId: z.string().nullable(),
      content: z.base64().transform((text) => Buffer.from(text, 'base64')),
    }),
  ),
  defects: z.array(z.string()),
});

/** A message as a parser that knows nothing of this project reads it. */
export type ParsedMessage = z.output<typeof messageSchema>;

const PARSER = join(import.meta.dirname, '../../../fixtures/parse-messages.py');

/** Why tests that parse with Python are skipped, or false. */
export const WITHOUT_PYTHON =
  (await execa('python3', ['--version'], { reject: false })).exitCode !== 0 && 'no python3';

/** Takes back what the transport adds (RFC 5321 section 4.5.2). */
function withoutDoubledDots(content: Uint8Array): Buffer {
  const text = Buffer.from(content).toString('latin1');
  return Buffer.from(text.replaceAll(/^\.\./gm, '.'), 'latin1');
}

/** Parses messages with Python's email package, in their order. */
export async function parsedMessages(messages: readonly Uint8Array[]): Promise<ParsedMessage[]> {
  const input = messages.map((message) => `${withoutDoubledDots(message).toString('base64')}\n`);
  const { stdout } = await execa('python3', [PARSER], { input: input.join('') });
  return stdout.split('\n').map((line) => messageSchema.parse(JSON.parse(line)));
}
