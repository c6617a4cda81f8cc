import { type Row, rounded, shown, table } from '../measure/table.ts';
import type { ConditionFigures } from './condition-round.ts';
import { type Figures, type Rates, ratioOf } from './figures.ts';
import type { RateFigures } from './rate-rounds.ts';

/** How the figures came about. */
export interface Circumstances {
  readonly providers: number;
  readonly silent: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Probes at once of ours and of blackbox_exporter. */
  readonly concurrency: { readonly ours: number; readonly blackbox: number };
  /** Of blackbox_exporter; undefined where there is none. */
  readonly blackboxVersion: string | undefined;
  readonly servers: number;
  /** On which cores; one sentence. */
  readonly cores: string;
}

function conditionTable(figures: ConditionFigures): string[] {
  const { secondsToAllConditions, secondsToAnswering, secondsToLead } = figures;
  return table([
    ['seconds until every Healthy is True or False', shown(secondsToAllConditions, 2)],
    ['  counted from the start of the process', shown(secondsToLead + secondsToAllConditions, 2)],
    ['seconds until those of servers that answer are', shown(secondsToAnswering, 2)],
    ['seconds from the start of the process to the lead', shown(secondsToLead, 2)],
    ['event-loop delay, p99, ms', shown(figures.eventLoopDelayP99Ms, 1)],
    ['event-loop delay, longest, ms', shown(figures.eventLoopDelayMaxMs, 1)],
    ['most memory resident, MiB', shown(figures.rssMiB, 0)],
    ['core seconds', shown(figures.cpuSeconds, 2)],
    ['SMTP sockets open at the end', shown(figures.openSocketsAtEnd, 0)],
  ]);
}

function percentShown(share: number): string {
  return shown(share * 100, 0);
}

function rateRow(figures: RateFigures): Row {
  return [
    figures.name,
    shown(figures.probesPerSecond, 0),
    shown(figures.cpuMsPerProbe, 2),
    percentShown(figures.proberShare),
    percentShown(figures.serverShare),
    percentShown(figures.driverShare),
  ];
}

function rateTable(rates: Rates): string[] {
  const { ours, sequential, nodemailer, blackbox } = rates;
  const measured = [ours, sequential, nodemailer, ...(blackbox === undefined ? [] : [blackbox])];
  const ratioTo = (peer: RateFigures) => shown(ours.probesPerSecond / peer.probesPerSecond, 2);
  const ratios: Row[] = [
    ['ours / sequential', shown(ratioOf(rates), 2)],
    ['ours / sequential, nodemailer', ratioTo(nodemailer)],
  ];
  if (blackbox !== undefined) ratios.push(['ours / blackbox_exporter', ratioTo(blackbox)]);
  const head: Row = ['', 'probes/s', 'core ms a probe', 'prober %', 'servers %', 'driver %'];
  return table([head, ...measured.map(rateRow), ...ratios]);
}

/** The tables for people. */
export function renderReport(figures: Figures, circumstances: Circumstances): string {
  const { providers, silent, rounds, seconds, servers, concurrency } = circumstances;
  const { blackboxVersion, cores } = circumstances;
  const blackbox =
    blackboxVersion === undefined
      ? 'blackbox_exporter is not installed'
      : `blackbox_exporter ${blackboxVersion}: ${concurrency.blackbox} at once, GOMAXPROCS=1, no AUTH`;
  return [
    `${providers} providers, ${silent} % of them with a server that says nothing, checked by health`,
    'the others share one server made with smtp-server, which waits 100 ms before it greets;',
    'times count from when health leads and may check; conditions as a watch of the API server tells',
    cores,
    '',
    ...conditionTable(figures.conditions),
    '',
    'Delay: time between turns of the event loop all that time, as its metrics tell it: 10 ms where',
    'nothing delays them.',
    '',
    'Probes alone: name, connection, greeting, EHLO, STARTTLS, EHLO, AUTH, QUIT',
    `${rounds} rounds of ${seconds} s each, by turns, median; servers of our own that greet at once: ${servers}`,
    `ours: ${concurrency.ours} at once; sequential: one after the other, our probe and nodemailer's verify();`,
    blackbox,
    '',
    ...rateTable(figures.rates),
    '',
    'Shares are of one core. The driver asks blackbox_exporter for its probes, over HTTP.',
  ].join('\n');
}

function ratePart(figures: RateFigures) {
  return { probesPerSecond: rounded(figures.probesPerSecond) };
}

/** The figures for programs, in one line. */
export function renderJson({ conditions, rates }: Figures): string {
  return JSON.stringify({
    secondsToAllConditions: rounded(conditions.secondsToAllConditions),
    probesPerSecond: rounded(rates.ours.probesPerSecond),
    eventLoopDelayP99Ms: rounded(conditions.eventLoopDelayP99Ms),
    rssMiB: rounded(conditions.rssMiB),
    openSocketsAtEnd: conditions.openSocketsAtEnd,
    sequential: ratePart(rates.sequential),
    blackbox: rates.blackbox === undefined ? null : ratePart(rates.blackbox),
    ratio: rounded(ratioOf(rates)),
  });
}
