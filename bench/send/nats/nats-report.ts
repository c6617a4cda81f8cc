import { type Row, rounded, shown, table } from '../../measure/table.ts';
import { DISTANT_CONNECTIONS } from '../distance-phase.ts';
import { DELIVERIES, type EndToEndPhaseFigures, SUBMITTERS } from '../end-to-end-phase.ts';
import { TEXT_BYTES } from '../message.ts';
import { NATS_TARGETS, type NatsFigures, replicaRatio } from './nats-figures.ts';

/** What the figures depend on. */
export interface NatsCircumstances {
  readonly mails: number;
  readonly rtt: number;
  readonly rounds: number;
  readonly replicas: number;
  /** Where NATS keeps mails. */
  readonly folder: string;
}

function endToEndRow(name: string, { ours, latencies, rssMiB }: EndToEndPhaseFigures): Row {
  const { acceptedPerSecond, endToEndPerSecond, coreMsPerMail } = ours;
  const { p50Ms, p99Ms } = latencies.atHalf;
  return [
    name,
    shown(acceptedPerSecond, 0),
    shown(endToEndPerSecond, 0),
    shown(coreMsPerMail, 2),
    shown(p50Ms, 1),
    shown(p99Ms, 1),
    shown(rssMiB, 0),
  ];
}

function endToEndTable({ usual, syncAlways }: NatsFigures): string[] {
  const target = NATS_TARGETS.endToEndPerSecond;
  const ratio = usual.ours.endToEndPerSecond / target;
  return table([
    ['', 'accepted/s', 'end to end/s', 'core ms a mail', 'p50 ms', 'p99 ms', 'MiB'],
    endToEndRow('NATS as it comes', usual),
    ['  / target', '', shown(ratio, 2), `target ${target}`],
    endToEndRow('NATS with sync_interval: always', syncAlways),
  ]);
}

function replicaTable(figures: NatsFigures, count: number): string[] {
  const { one, all } = figures.replicas;
  const target = count === 3 ? [`target ${NATS_TARGETS.ofThreeReplicas}`] : [];
  return table([
    ['', 'mails/s'],
    ['one sender', shown(one, 1)],
    [`${count} replicas`, shown(all, 1)],
    [`${count} replicas / one`, shown(replicaRatio(figures), 2), ...target],
  ]);
}

/** The tables for people. */
export function renderNatsReport(figures: NatsFigures, circumstances: NatsCircumstances): string {
  const { mails, rtt, rounds, replicas, folder } = circumstances;
  return [
    `Mails of ${TEXT_BYTES} bytes of text to one recipient each, kept in NATS; ${rounds} rounds, median`,
    '',
    `End to end: ${mails} mails by one sender and one NATS server with its data in ${folder};`,
    `posted over HTTP by ${SUBMITTERS} kept connections, delivered by ${DELIVERIES} to ${figures.usual.sink}; no core pinned`,
    '',
    ...endToEndTable(figures),
    '',
    'Core time and memory (RssAnon, at most) are those of the sender alone. Times from submission to',
    'arrival are those at half the rate end to end.',
    '',
    `At a round trip of ${rtt} ms, with STARTTLS and AUTH, to a sink of ours; each sender has`,
    `${DISTANT_CONNECTIONS} connections of its own, and all of them share one NATS server`,
    '',
    ...replicaTable(figures, replicas),
  ].join('\n');
}

function programFigures({ ours, latencies, rssMiB }: EndToEndPhaseFigures) {
  return {
    acceptedPerSecond: rounded(ours.acceptedPerSecond),
    endToEndPerSecond: rounded(ours.endToEndPerSecond),
    coreMsPerMail: rounded(ours.coreMsPerMail),
    p50Ms: rounded(latencies.atHalf.p50Ms),
    p99Ms: rounded(latencies.atHalf.p99Ms),
    rssMiB: rounded(rssMiB),
  };
}

/** The figures for programs, in one line. */
export function renderNatsJson(figures: NatsFigures, replicas: number): string {
  const { one, all } = figures.replicas;
  return JSON.stringify({
    engine: 'nats',
    ...programFigures(figures.usual),
    syncAlways: programFigures(figures.syncAlways),
    distant: { onePerSecond: rounded(one), replicas, replicasPerSecond: rounded(all) },
    ratios: { replicas: rounded(replicaRatio(figures)) },
  });
}
