import { kubernetesTime } from '@mailprovider/provider/conditions';
import type { Stage } from '@mailprovider/provider/reasons';
import { endpoint, type Target } from '@mailprovider/provider/target';
import type { CertificateFacts, SessionTrace, TlsFacts } from '@mailprovider/smtp';
import type { Outcome } from './outcome.ts';
import { daysLeft, type Verdict, verdictOf } from './verdict.ts';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: 'green' | 'red' | 'yellow' | 'bold' | 'dim', text: string) => string;

type Row = readonly [label: string, value: string];
type Probed = Extract<Outcome['result'], { kind: 'probed' }>;

/** Certificates of large providers name a hundred hosts. */
const NAMES_SHOWN = 8;
/** Certificates that renew themselves do so with a month left. */
const SOON_DAYS = 14;
const INDENT = '  ';

/** The outcomes for a person at a terminal, a block for each provider. */
export function textReport(outcomes: readonly Outcome[], paint: Paint, now: Date): string {
  return outcomes.map((outcome) => `${block(outcome, paint, now)}\n`).join('\n');
}

function block(outcome: Outcome, paint: Paint, now: Date): string {
  const { result } = outcome;
  const verdict = verdictOf(outcome);
  const parts = [[title(outcome, paint)]];
  if (result.kind === 'probed') {
    parts.push(stageLines(result, verdict, paint));
    const { tls } = result.probe.trace;
    if (tls !== undefined) parts.push(certificateLines(tls, result.target, paint, now));
  }
  parts.push(verdictLines(verdict, paint));
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function title({ provider, disabled, result }: Outcome, paint: Paint): string {
  const state = disabled ? paint('yellow', ' (disabled: not checked or used by the cluster)') : '';
  const target = result.kind === 'probed' ? `  ${endpoint(result.target)}` : '';
  return `${paint('bold', provider)}${state}${target}`;
}

function stageLines({ probe }: Probed, verdict: Verdict, paint: Paint): string[] {
  const { stages } = probe.trace;
  const names = [...stages.map(({ stage }) => stage), 'total'];
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const times = [...stages.map(({ seconds }) => seconds), total].map(milliseconds);
  const nameWidth = Math.max(...names.map((name) => name.length));
  const timeWidth = Math.max(...times.map((time) => time.length));
  return names.map((name, at) => {
    const last = at === stages.length - 1;
    const notes = at < stages.length ? stageNotes(stages[at]?.stage, probe.trace) : [];
    if (last && verdict.verdict === 'failed') notes.push(paint('red', failedNote(verdict)));
    const time = (times[at] ?? '').padStart(timeWidth);
    return `${INDENT}${name.padEnd(nameWidth)}  ${time}  ${notes.join(', ')}`.trimEnd();
  });
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}

function failedNote({ code }: Verdict): string {
  return code === undefined ? 'failed' : `failed (reply ${code})`;
}

function stageNotes(stage: Stage | undefined, { address, tls }: SessionTrace): string[] {
  switch (stage) {
    case 'connect':
      return address === undefined ? [] : [address];
    case 'tls':
    case 'starttls':
      return tls === undefined ? [] : [tls.protocol, tls.cipher];
    default:
      return [];
  }
}

function certificateLines(tls: TlsFacts, target: Target, paint: Paint, now: Date): string[] {
  const rows: Row[] = [['certificate', judgement(tls, target, paint)]];
  if (tls.certificate !== undefined) rows.push(...certificateRows(tls.certificate, paint, now));
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${INDENT}${label.padEnd(width)}  ${value}`);
}

function judgement({ verified }: TlsFacts, target: Target, paint: Paint): string {
  if (verified) return `${paint('green', 'verified')} for ${target.serverName}`;
  return target.verifyCertificate ? paint('red', 'refused') : paint('yellow', 'not verified');
}

function certificateRows(certificate: CertificateFacts, paint: Paint, now: Date): Row[] {
  const { subject, issuer, names, notBefore, notAfter, fingerprint256 } = certificate;
  const more = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return [
    ['subject', subject],
    ['names', more > 0 ? `${shown} and ${more} more` : shown],
    ['issuer', issuer],
    ['not before', kubernetesTime(notBefore)],
    ['not after', `${kubernetesTime(notAfter)} (${remaining(daysLeft(certificate, now), paint)})`],
    ['SHA-256', fingerprint256],
  ];
}

function remaining(days: number, paint: Paint): string {
  if (days < 0) return paint('red', 'expired');
  const text = days === 1 ? '1 day left' : `${days} days left`;
  return days < SOON_DAYS ? paint('yellow', text) : text;
}

function verdictLines(verdict: Verdict, paint: Paint): string[] {
  const { stage, reason, messages } = verdict;
  const details = messages.map((message) => `${INDENT}${message}`);
  switch (verdict.verdict) {
    case 'passed':
      return [`${INDENT}${paint('green', 'passed')}`, ...details];
    case 'failed':
      return [`${INDENT}${paint('red', `failed in stage ${stage}: ${reason}`)}`, ...details];
    case 'password-not-loaded':
      return [`${INDENT}${paint('red', `password not loaded: ${reason}`)}`, ...details];
    case 'invalid':
      return [`${INDENT}${paint('red', 'invalid')}`, ...details];
  }
}
