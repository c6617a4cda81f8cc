import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import t, { type Test } from 'tap';
import { localSpec } from './local-spec.ts';
import { type Answer, type ReceivingServer, receivingServer } from './receiving-server.ts';
import { type SenderUnderTest, senderUnderTest } from './sender-under-test.ts';

const STEPS = ['mail', 'rcpt', 'data', 'final'] as const;
type Step = (typeof STEPS)[number];
const FAULTS = ['4yz', '5yz', '421', 'drop', 'reset', 'hang', 'garbage', 'slow'] as const;
type Fault = (typeof FAULTS)[number];
const RECIPIENTS = [1, 2, 20];
/** Whether the server has the fault once, or whenever it comes to that step. */
const LASTING = [false, true];

const COUNT = 2;
const LIMIT_MS = 1_500;
const LIMITS = { mail: LIMIT_MS, rcpt: LIMIT_MS, data: LIMIT_MS, block: LIMIT_MS, final: LIMIT_MS };

interface Case {
  readonly step: Step;
  readonly fault: Fault;
  readonly recipients: number;
  readonly lasting: boolean;
}

interface Expected {
  readonly state: MailRecord['state'];
  readonly attempts: number;
  /** Of the recipient that the fault is about: the last one. */
  readonly outcome: string;
  /** Of the others. */
  readonly others: string;
  /** Recipients of the messages that the server said it took, or did not say it refused. */
  readonly taken: readonly number[];
}

function nameOf({ step, fault, recipients, lasting }: Case): string {
  return `${step} ${fault} ${recipients} ${lasting ? 'always' : 'once'}`.replaceAll(' ', '-');
}

const CASES: readonly Case[] = STEPS.flatMap((step) =>
  FAULTS.flatMap((fault) =>
    RECIPIENTS.flatMap((recipients) =>
      LASTING.map((lasting) => ({ step, fault, recipients, lasting })),
    ),
  ),
);

/** Whether the fault leaves the other recipients alone. */
function isOfOne({ step, fault, recipients }: Case): boolean {
  return step === 'rcpt' && (fault === '4yz' || fault === '5yz') && recipients > 1;
}

function expectedOf(tried: Case): Expected {
  const { fault, recipients, lasting } = tried;
  const everyone = { outcome: 'delivered', others: 'delivered' };
  if (fault === 'slow') {
    return { state: 'sent', attempts: 1, ...everyone, taken: [recipients] };
  }
  const atOnce = isOfOne(tried) ? [recipients - 1] : [];
  if (fault !== '5yz' && !lasting) {
    const later = isOfOne(tried) ? 1 : recipients;
    return { state: 'sent', attempts: 2, ...everyone, taken: [...atOnce, later] };
  }
  const outcome = lastingOutcome(tried);
  const others = isOfOne(tried) ? 'delivered' : outcome;
  return { state: 'dead', attempts: ATTEMPTS[outcome], outcome, others, taken: atOnce };
}

const ATTEMPTS = { rejected: 1, uncertain: 2, deferred: COUNT + 1 } as const;

function lastingOutcome({ step, fault }: Case): keyof typeof ATTEMPTS {
  if (fault === '5yz') return 'rejected';
  const answered = fault === '4yz' || fault === '421';
  return step === 'final' && !answered ? 'uncertain' : 'deferred';
}

const COMMANDS: Readonly<Record<Step, string>> = {
  mail: 'MAIL',
  rcpt: 'RCPT TO:<last@',
  data: 'DATA',
  final: '.',
};

const ANSWERS: Readonly<Record<Fault, Answer>> = {
  '4yz': '451 4.3.0 not now',
  '5yz': '554 5.7.1 never',
  '421': '421 4.3.2 closing',
  drop: 'drop',
  reset: 'reset',
  hang: 'hang',
  garbage: '%&! what',
  slow: 'slow',
};

function misbehave(server: ReceivingServer, { step, fault, lasting }: Case): void {
  let happened = false;
  server.answer = (line) => {
    const here = step === 'final' ? line === '.' : line.startsWith(COMMANDS[step]);
    if (!here || (happened && !lasting)) return undefined;
    happened = true;
    return ANSWERS[fault];
  };
}

function addresses(count: number): readonly string[] {
  const others = Array.from({ length: count - 1 }, (_, index) => `other-${index}@example.com`);
  return [...others, 'last@example.com'];
}

async function sendInto(t: Test, under: SenderUnderTest, tried: Case): Promise<ReceivingServer> {
  const server = await receivingServer(t);
  misbehave(server, tried);
  const provider = nameOf(tried);
  const retry = { count: COUNT, initialBackoffMs: 10 };
  under.declared.provider(provider, localSpec(server.port, { default: false, retry }));
  await under.accept({ provider, to: addresses(tried.recipients) });
  return server;
}

t.test(
  'each fault at each step leads to the outcome, the retries and the end it should',
  async (t) => {
    const settings = {
      retry: { ...DEFAULT_SETTINGS.retry, slow: false },
      timeLimits: LIMITS,
    };
    const under = await senderUnderTest(t, { settings });
    const servers = await Promise.all(CASES.map((tried) => sendInto(t, under, tried)));
    await under.recorder.hasEnds(CASES.length);
    for (const [index, tried] of CASES.entries()) {
      const name = nameOf(tried);
      const end = under.recorder.ends.find(({ provider }) => provider === name);
      const outcomes = end?.recipients.map(({ outcome }) => outcome) ?? [];
      const seen: Partial<Expected> = {
        ...(end && { state: end.state, attempts: end.attempts }),
        outcome: outcomes.at(-1) ?? '',
        others: [...new Set(outcomes.slice(0, -1))].join(),
        taken: servers[index]?.received.map(({ recipients }) => recipients.length) ?? [],
      };
      const expected = expectedOf(tried);
      const others = tried.recipients === 1 ? '' : expected.others;
      t.strictSame(seen, { ...expected, others }, name);
      const told = new Set(servers[index]?.received.map(({ content }) => messageIdIn(content)));
      t.ok(told.size <= 1, `${name}: every copy has the same Message-ID`);
    }
  },
);

function messageIdIn(content: string): string | undefined {
  return /Message-ID: (.*)\r/.exec(content)?.[1];
}
