import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  QUEUE_REASONS,
  TRANSACTION_REASONS,
  TRANSACTION_STAGES,
} from '@mailprovider/provider/delivery-reasons';
import { metricLabel } from '@mailprovider/provider/metric-label';
import { PROVIDER_REPLIES } from '@mailprovider/provider/reason-guide/provider-replies';
import { QUEUE_REASON_GUIDE } from '@mailprovider/provider/reason-guide/queue-reasons';
import { SECRET_REASON_GUIDE } from '@mailprovider/provider/reason-guide/secret-reasons';
import {
  SESSION_REASON_GUIDE,
  stagesOf,
} from '@mailprovider/provider/reason-guide/session-reasons';
import {
  SESSION_REASONS_OF_TRANSACTIONS,
  TRANSACTION_REASON_GUIDE,
} from '@mailprovider/provider/reason-guide/transaction-reasons';
import {
  DEFAULT_REASONS,
  HEALTHY_REASONS,
  PASSWORD_LOADED_REASONS,
  READY_REASONS,
  SECRET_REASONS,
  SESSION_REASONS,
  STAGES,
} from '@mailprovider/provider/reasons';
import { suspensionAfter } from '@mailprovider/smtp/login/auth-suspension';
import type { Login } from '@mailprovider/smtp/login/login';
import t from 'tap';

const docs = join(import.meta.dirname, '../../../docs');
const page = await readFile(join(docs, 'reasons.md'), 'utf8');

/** What stands below a heading, up to the next one of its rank or above. */
function section(heading: string, text = page): string {
  const rank = heading.indexOf(' ');
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) return '';
  const body = text.slice(start + heading.length + 2);
  const end = body.search(new RegExp(`^#{1,${rank}} `, 'm'));
  return end === -1 ? body : body.slice(0, end);
}

function headingsIn(text: string): string[] {
  return [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
}

/** The cells of the rows of a table, without its head. */
function rowsIn(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

function lineOf(entry: string, name: string): string {
  return new RegExp(`^- ${name}: (.+)$`, 'm').exec(entry)?.[1] ?? '';
}

const sessions = section('## Healthy is False');
const secrets = section('## PasswordLoaded is False');
const transactions = section('## A mail was not taken');
const queued = section('## A mail was not offered');

t.test('the page has an entry for each reason of a failure, and no other', async (t) => {
  t.strictSame(headingsIn(sessions), [...SESSION_REASONS]);
  t.strictSame(headingsIn(secrets), [...SECRET_REASONS]);
  t.strictSame(headingsIn(transactions), [...TRANSACTION_REASONS]);
  t.strictSame(headingsIn(queued), [...QUEUE_REASONS]);
});

t.test('the page has a row for each other reason, and no other', async (t) => {
  const others = section('## The other reasons');
  const named = (condition: string) => rowsIn(section(`### ${condition}`, others)).map(([x]) => x);
  t.strictSame(headingsIn(others), ['Ready', 'Healthy', 'PasswordLoaded', 'Default']);
  t.strictSame(named('Ready'), [...READY_REASONS]);
  t.strictSame(named('Healthy'), [...HEALTHY_REASONS]);
  t.strictSame(named('PasswordLoaded'), [...PASSWORD_LOADED_REASONS]);
  t.strictSame(named('Default'), [...DEFAULT_REASONS]);
});

t.test('the page has each metric label, and no other, at its reason', async (t) => {
  for (const reason of SESSION_REASONS) {
    const expected = new Set(stagesOf(reason).map((stage) => metricLabel(reason, stage)));
    const entry = section(`### ${reason}`, sessions);
    t.strictSame(codesIn(lineOf(entry, 'Label')), [...expected], reason);
  }
  for (const reason of [...SECRET_REASONS, ...TRANSACTION_REASONS, ...QUEUE_REASONS]) {
    const entry = section(`### ${reason}`, `${secrets}${transactions}${queued}`);
    t.strictSame(codesIn(lineOf(entry, 'Label')), [metricLabel(reason)], reason);
  }
});

t.test('table and entries name the stages in which a reason can stand', async (t) => {
  const byStage = rowsIn(section('## By stage'));
  t.strictSame(
    byStage.map(([stage]) => stage),
    [...STAGES],
  );
  for (const [stage, , reasons = ''] of byStage) {
    const named = [...reasons.matchAll(/\[(\w+)\]/g)].map(([, reason]) => reason);
    const expected = SESSION_REASONS.filter((reason) => stagesOf(reason).some((x) => x === stage));
    t.strictSame(named, expected, `stage ${stage}`);
  }
  for (const reason of SESSION_REASONS) {
    const stages = lineOf(section(`### ${reason}`, sessions), 'Stages').split(', ');
    t.strictSame(stages, [...stagesOf(reason)], reason);
  }
});

t.test('so they do for the stages of a mail', async (t) => {
  const rows = rowsIn(transactions).map(([stage, , reasons = '']) => [
    stage,
    ...[...reasons.matchAll(/\[(\w+)\]/g)].map(([, reason]) => reason),
  ]);
  const expected = TRANSACTION_STAGES.map((stage) => [
    stage,
    ...TRANSACTION_REASONS.filter((it) => TRANSACTION_REASON_GUIDE[it].stages.includes(stage)),
    ...SESSION_REASONS_OF_TRANSACTIONS,
  ]);
  t.strictSame(rows, expected);
  for (const reason of TRANSACTION_REASONS) {
    const stages = lineOf(section(`### ${reason}`, transactions), 'Stages').split(', ');
    t.strictSame(stages, [...TRANSACTION_REASON_GUIDE[reason].stages], reason);
  }
});

t.test('every entry says why and what to do', async (t) => {
  const all = [...SESSION_REASONS, ...SECRET_REASONS, ...TRANSACTION_REASONS, ...QUEUE_REASONS];
  for (const reason of all) {
    const entry = section(`### ${reason}`, `${sessions}${secrets}${transactions}${queued}`);
    for (const name of ['Causes', 'What to do']) t.match(lineOf(entry, name), /\w{3}/, reason);
  }
});

t.test('causes are parts of one sentence, what to do is whole ones', async (t) => {
  const guides = [
    ...Object.values(SESSION_REASON_GUIDE),
    ...Object.values(SECRET_REASON_GUIDE),
    ...Object.values(TRANSACTION_REASON_GUIDE),
    ...Object.values(QUEUE_REASON_GUIDE),
  ];
  for (const { causes, fix } of guides) {
    for (const text of causes) t.notMatch(text, /[\n;.]$/);
    for (const text of fix) t.match(text, /^[A-Z].*[.]$/);
  }
});

t.test('the page has a row for each reply of a large provider, and no other', async (t) => {
  const rows = rowsIn(section('## Replies of large providers'));
  const shown = rows.map(([provider, reply, reason = '', advice = '', source = '', ...more]) => {
    t.match(advice, /\w{3}/);
    t.match(source, /^\[[^\]]+\]\(https:/);
    t.strictSame(more, []);
    return [provider, reply, /\[(\w+)\]/.exec(reason)?.[1]];
  });
  const known = PROVIDER_REPLIES.map(({ provider, code, enhancedStatus, reason }) => {
    return [provider, `${code} ${enhancedStatus}`, reason];
  });
  t.strictSame(shown, known);
});

t.test('the page says how long health leaves a login out', async (t) => {
  const login: Login = { target: 'smtp.example.com:587', user: 'mailer', secretVersion: '1' };
  const now = new Date(0);
  const pauseS = (reason: (typeof SESSION_REASONS)[number], unhealthyForMs: number) => {
    const failure = { stage: 'auth', reason, permanent: false } as const;
    const since = new Date(-unhealthyForMs);
    return Date.parse(suspensionAfter(failure, login, now, since).until) / 1000;
  };
  const [refused, other] = rowsIn(section('## What becomes of the login'));
  const hours = Number(/after (\d+) h/.exec(refused?.[1] ?? '')?.[1]);
  const [, first, longest] = /after (\d+) s.* (\d+) min/.exec(other?.[1] ?? '') ?? [];
  const suspends = refused?.[0]?.split(', ') ?? [];
  for (const reason of SESSION_REASONS.filter((name) => stagesOf(name).includes('auth'))) {
    const isRefusal = suspends.includes(reason);
    t.equal(pauseS(reason, 0), isRefusal ? hours * 3600 : Number(first), reason);
    t.equal(pauseS(reason, 86_400_000), isRefusal ? hours * 3600 : Number(longest) * 60, reason);
  }
});

t.test('every link of the pages leads to a heading that exists', async (t) => {
  const pages = ['reasons.md', 'health.md', 'sender.md', 'jetstream.md', 'api.md', 'admission.md'];
  const texts = new Map<string, string>();
  for (const name of pages) texts.set(name, await readFile(join(docs, name), 'utf8'));
  const anchorOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  for (const [name, text] of texts) {
    for (const [, file, anchor] of text.matchAll(/\]\(([\w-]+\.md)?#([^)]+)\)/g)) {
      const target = texts.get(file ?? name) ?? '';
      const headings = [...target.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
      t.ok(headings.map(anchorOf).includes(anchor ?? ''), `${name}: ${file ?? ''}#${anchor}`);
    }
  }
});
