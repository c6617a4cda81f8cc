import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import { openApiDocument } from '@mailprovider/sender/api/openapi';
import { DEFAULT_PAGE, MAX_PAGE } from '@mailprovider/sender/api/request-schemas';
import { MAIL_STATES, OUTCOMES } from '@mailprovider/sender/mail/mail-record';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import { submissionSchema } from '@mailprovider/sender/mail/submission-schema';
import { execa } from 'execa';
import t from 'tap';
import { apiUnderTest, mail } from './api/in-memory-sender.ts';

const ROOT = join(import.meta.dirname, '../../..');
const page = await readFile(join(ROOT, 'docs/sender.md'), 'utf8');
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

/** The first column of the table with that heading. */
function firstColumn(heading: string): string[] {
  const table = page.split(`\n| ${heading} | `)[1]?.split('\n\n')[0] ?? '';
  return [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell).slice(1);
}

function quotedWords(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

/** The commands of a document that call the submit API, each of one or more lines. */
function submittingCommands(document: string): string[] {
  const blocks = [...document.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  return blocks.filter((block) => block.includes('/v1/mails'));
}

t.test(
  'every metric that docs/sender.md names exists, and each of the sender is named',
  async (t) => {
    const named = new Set(
      (page.match(/\bbreakglass_mailprovider_[a-z_]+/g) ?? []).map((name) =>
        name.replace(/_bucket$/, ''),
      ),
    );
    const metrics: readonly Metric[] = Object.values(METRICS);
    const own = metrics.filter(({ exportedBy }) => exportedBy.includes('sender'));
    t.strictSame([...named].sort(), own.map(({ name }) => name).sort());
  },
);

t.test('docs/sender.md shows the flags there are', async (t) => {
  const program = join(ROOT, 'packages/sender/bin/mailprovider-sender.js');
  const env = { PATH: process.env['PATH'] };
  const { stdout } = await execa(process.execPath, [program, '--help'], { env, extendEnv: false });
  t.ok(page.includes(`\`\`\`text\n${stdout}\n\`\`\`\n`), 'else put in what --help prints');
});

t.test('docs/sender.md has the fields, states, outcomes and statuses there are', (t) => {
  const fields = firstColumn('field').flatMap(quotedWords);
  t.strictSame(fields.sort(), Object.keys(submissionSchema.shape).sort());
  t.strictSame(firstColumn('state').flatMap(quotedWords), MAIL_STATES);
  t.strictSame(firstColumn('outcome of a recipient').flatMap(quotedWords), OUTCOMES);
  const { paths } = JSON.parse(JSON.stringify(openApiDocument(DEFAULT_SUBMISSION_LIMITS)));
  const answered = Object.keys(paths['/v1/mails'].post.responses).filter((code) => code !== '202');
  const told = firstColumn('status').flatMap((cell) => cell.split(', '));
  t.strictSame(told.sort(), answered.sort());
  t.ok(page.includes(`(${DEFAULT_PAGE}; at most ${MAX_PAGE})`));
  t.end();
});

t.test('the commands of docs/sender.md and README.md submit a mail', async (t) => {
  const { app, sender } = apiUnderTest();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  const env = {
    MAILPROVIDER_SUBMIT_URL: url,
    MAILPROVIDER_SUBMIT_TOKEN: 'token',
    MAILPROVIDER_MAILBOX_URL: url,
  };
  const commands = [...submittingCommands(page), ...submittingCommands(readme)];
  t.equal(commands.length, 3);
  for (const command of commands) {
    sender.calls.length = 0;
    const here = command.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, url);
    const { stdout } = await execa('bash', ['-c', here], { env });
    t.match(stdout, new RegExp(`^\\{"id":"${mail.id}",`));
    t.match(sender.calls, [['submit', { subject: String, text: String }]]);
  }
});
