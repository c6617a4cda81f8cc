import type { SessionTrace, TlsFacts } from '@mailprovider/smtp';
import { exitCodeOf, type Outcome, type ProbeReport } from './outcome.ts';
import { daysLeft, verdictOf } from './verdict.ts';

/** The report as one JSON object. */
export function jsonReport(report: ProbeReport, now: Date): string {
  const results = report.outcomes.map((outcome) => jsonOutcome(outcome, now));
  const object = { exitCode: exitCodeOf(report), results, problems: report.problems };
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

function jsonOutcome(outcome: Outcome, now: Date): object {
  const { provider, disabled, result } = outcome;
  const head = { provider, disabled, ...verdictOf(outcome) };
  if (result.kind !== 'probed') return head;
  const { host, port, tlsMode } = result.target;
  return { ...head, host, port, tlsMode, ...jsonTrace(result.probe.trace, now) };
}

function jsonTrace({ stages, address, tls, loginAttempted }: SessionTrace, now: Date): object {
  return {
    stages: stages.map(({ stage, seconds }) => ({ stage, seconds: Number(seconds.toFixed(6)) })),
    address,
    loginAttempted,
    tls: tls && jsonTls(tls, now),
  };
}

function jsonTls({ certificate, ...tls }: TlsFacts, now: Date): object {
  return {
    ...tls,
    certificate: certificate && { ...certificate, daysLeft: daysLeft(certificate, now) },
  };
}
