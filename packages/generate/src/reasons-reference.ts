import {
  QUEUE_REASONS,
  type QueueReason,
  TRANSACTION_REASONS,
  TRANSACTION_STAGES,
  type TransactionReason,
  type TransactionStage,
} from '@mailprovider/provider/delivery-reasons';
import { metricLabel } from '@mailprovider/provider/metric-label';
import {
  type ConditionMeaning,
  DEFAULT_MEANING,
  HEALTHY_MEANING,
  PASSWORD_LOADED_MEANING,
  READY_MEANING,
} from '@mailprovider/provider/reason-guide/condition-reasons';
import type { Guidance, SessionGuidance } from '@mailprovider/provider/reason-guide/guidance';
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
  DELIVERY_REASON_TEXT,
  isAboutKey,
  SECRET_REASON_TEXT,
  SESSION_REASON_TEXT,
} from '@mailprovider/provider/reason-text';
import {
  SECRET_REASONS,
  SESSION_REASONS,
  type SecretReason,
  type SessionReason,
  STAGES,
  type Stage,
} from '@mailprovider/provider/reasons';
import { markdownTable } from './markdown-table.ts';
import { AFTER_A_LOGIN, INTRODUCTION, NOT_DELIVERED } from './reasons-prose.ts';

const WHAT_IS_DONE: Readonly<Record<Stage, string>> = {
  dns: 'the name is looked up, the addresses are judged',
  connect: 'TCP',
  tls: 'the handshake of implicit TLS, the certificate',
  greeting: 'the server speaks first: 220',
  ehlo: 'EHLO, once more after STARTTLS',
  starttls: 'STARTTLS, its handshake, the certificate',
  auth: 'the login',
};

const WHAT_IS_DONE_WITH_A_MAIL: Readonly<Record<TransactionStage, string>> = {
  mail: 'MAIL, with the sender and the size',
  rcpt: 'RCPT, once for each recipient',
  data: 'DATA, and the content but for its final dot',
  final: 'the final dot, and the answer to the whole',
};

const PASSES: Readonly<Record<SessionGuidance['passes'], string>> = {
  yes: 'it may',
  no: 'no',
  'after-4yz': 'after a reply 4yz it may, after 5yz not',
};

function linked(reason: string): string {
  return `[${reason}](#${reason.toLowerCase()})`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function stagesOfLabels(reason: SessionReason): ReadonlyMap<string, readonly Stage[]> {
  const stages = new Map<string, Stage[]>();
  for (const stage of stagesOf(reason)) {
    const label = metricLabel(reason, stage);
    stages.set(label, [...(stages.get(label) ?? []), stage]);
  }
  return stages;
}

/** The metric labels of a reason, with their stages where there are several. */
function labelsOf(reason: SessionReason): string {
  const labels = [...stagesOfLabels(reason)];
  const among = labels.length > 1;
  return labels
    .map(([label, stages]) => `\`${label}\`${among ? ` in ${stages.join(', ')}` : ''}`)
    .join('; ');
}

function stageTable(): string {
  const rows = STAGES.map((stage) => [
    stage,
    WHAT_IS_DONE[stage],
    SESSION_REASONS.filter((reason) => stagesOf(reason).includes(stage))
      .map(linked)
      .join(' '),
  ]);
  return markdownTable(['stage', 'what is done', 'reasons that can stand here'], rows);
}

function transactionStageTable(): string {
  const rows = TRANSACTION_STAGES.map((stage) => {
    const own = TRANSACTION_REASONS.filter((reason) =>
      TRANSACTION_REASON_GUIDE[reason].stages.includes(stage),
    );
    const reasons = [...own, ...SESSION_REASONS_OF_TRANSACTIONS];
    return [stage, WHAT_IS_DONE_WITH_A_MAIL[stage], reasons.map(linked).join(' ')];
  });
  return markdownTable(['stage', 'what is done', 'reasons that can stand here'], rows);
}

function guidanceLines({ causes, fix }: Guidance): string {
  return `- Causes: ${causes.join('; ')}.\n- What to do: ${fix.join(' ')}\n`;
}

function sessionEntry(reason: SessionReason): string {
  const guide = SESSION_REASON_GUIDE[reason];
  return `### ${reason}

${sentence(SESSION_REASON_TEXT[reason])}

- Label: ${labelsOf(reason)}
- Stages: ${guide.stages.join(', ')}
- Passes by itself: ${PASSES[guide.passes]}
${guidanceLines(guide)}`;
}

function secretEntry(reason: SecretReason): string {
  const subject = isAboutKey(reason) ? 'The key' : 'The Secret';
  return `### ${reason}

${subject} ${SECRET_REASON_TEXT[reason]}.

- Label: \`${metricLabel(reason)}\`
${guidanceLines(SECRET_REASON_GUIDE[reason])}`;
}

function transactionEntry(reason: TransactionReason): string {
  const guide = TRANSACTION_REASON_GUIDE[reason];
  return `### ${reason}

${sentence(DELIVERY_REASON_TEXT[reason])}

- Label: \`${metricLabel(reason)}\`
- Stages: ${guide.stages.join(', ')}
- Passes by itself: ${PASSES[guide.passes]}
${guidanceLines(guide)}`;
}

function queueEntry(reason: QueueReason): string {
  const guide = QUEUE_REASON_GUIDE[reason];
  return `### ${reason}

${sentence(DELIVERY_REASON_TEXT[reason])}

- Label: \`${metricLabel(reason)}\`
- Passes by itself: ${PASSES[guide.passes]}
${guidanceLines(guide)}`;
}

function repliesTable(): string {
  const rows = PROVIDER_REPLIES.map(
    ({ provider, code, enhancedStatus, reason, advice, source }) => [
      provider,
      `${code} ${enhancedStatus}`,
      linked(reason),
      advice.join(' '),
      `[${source[0]}](${source[1]})`,
    ],
  );
  return markdownTable(['provider', 'reply', 'reason', 'what to do there', 'source'], rows);
}

function conditionTable(meanings: Readonly<Record<string, ConditionMeaning>>): string {
  const rows = Object.entries(meanings).map(([reason, meaning]) => [reason, ...meaning]);
  return markdownTable(['reason', 'status', 'meaning'], rows);
}

/** The reference of every reason, in Markdown. */
export function reasonsReference(): string {
  return `${INTRODUCTION}
## By stage

The stages in their order; a check ends with the first that fails.

${stageTable()}

## Healthy is False

${SESSION_REASONS.map(sessionEntry).join('\n')}
${AFTER_A_LOGIN}
## Replies of large providers

The message of the condition shows the first number of the reply. The provider's own words for it change; the
source is where it explains them.

${repliesTable()}

## PasswordLoaded is False

The Secret is looked for before the server is dialled; Healthy is then Unknown. The credentials namespace is
mailprovider-credentials unless health has another \`--credentials-namespace\`.

${SECRET_REASONS.map(secretEntry).join('\n')}
${NOT_DELIVERED}
${transactionStageTable()}

${TRANSACTION_REASONS.map(transactionEntry).join('\n')}
## A mail was not offered

Nothing of the mail was said to a server, apart from Interrupted. Beside these, a recipient can have each reason of
[PasswordLoaded](#passwordloaded-is-false).

${QUEUE_REASONS.map(queueEntry).join('\n')}
## The other reasons

### Ready

${conditionTable(READY_MEANING)}

### Healthy

${conditionTable(HEALTHY_MEANING)}

### PasswordLoaded

${conditionTable(PASSWORD_LOADED_MEANING)}

### Default

Only where \`spec.default\` is true; without it a provider can be as Ready as with it.

${conditionTable(DEFAULT_MEANING)}
`;
}
