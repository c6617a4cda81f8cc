import { type Row, rounded, shown, table } from '../measure/table.ts';
import type { Latencies } from './arrivals.ts';
import type { DeliveryFigures } from './delivery-rounds.ts';
import { DISTANT_CONNECTIONS } from './distance-phase.ts';
import { DELIVERIES, SUBMITTERS } from './end-to-end-phase.ts';
import { type Figures, ratiosOf, TARGETS } from './figures.ts';
import { TEXT_BYTES } from './message.ts';
import type { RelayFigures } from './relay-mails.ts';

/** What the figures depend on. */
export interface Circumstances {
  readonly mails: number;
  readonly rtt: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Version of Postfix, or why it was not measured. */
  readonly postfix: string;
  /** Where relays keep mails. */
  readonly folder: string;
  /** Which cores the delivery alone has. */
  readonly cores: string;
}

function endToEndRow(name: string, figures: RelayFigures): Row {
  const { acceptedPerSecond, endToEndPerSecond, coreMsPerMail } = figures;
  return [name, shown(acceptedPerSecond, 0), shown(endToEndPerSecond, 0), shown(coreMsPerMail, 2)];
}

function endToEndTable(figures: Figures): string[] {
  const { ours, postfix } = figures.endToEnd;
  const { toPostfix } = ratiosOf(figures);
  const head: Row = ['', 'accepted/s', 'end to end/s', 'core ms a mail'];
  if (postfix === undefined) return table([head, endToEndRow('ours', ours)]);
  return table([
    head,
    endToEndRow('ours', ours),
    endToEndRow('Postfix', postfix),
    ['ours / Postfix', '', shown(toPostfix, 2), `target ${TARGETS.toPostfix}`],
  ]);
}

function latencyRow(name: string, { p50Ms, p99Ms }: Latencies): Row {
  return [name, shown(p50Ms, 1), shown(p99Ms, 1)];
}

function latencyTable({ latencies }: Figures['endToEnd']): string[] {
  return table([
    ['ours, from submission to arrival', 'p50 ms', 'p99 ms'],
    latencyRow('at half the rate end to end', latencies.atHalf),
    latencyRow('as fast as they are accepted', latencies.saturated),
  ]);
}

function deliveryRow(name: string, figures: DeliveryFigures): Row {
  const { perSecond, perCoreSecond, share, sinkShare } = figures;
  const shares = [shown(share * 100, 0), shown(sinkShare * 100, 0)];
  return [name, shown(perSecond, 0), shown(perCoreSecond, 0), ...shares];
}

function deliveryTable(figures: Figures): string[] {
  const { ours, pool } = figures.delivery;
  const target = TARGETS.deliveriesPerCoreSecond;
  return table([
    ['', 'mails/s', 'a core second', 'sender %', 'sink %'],
    deliveryRow('ours, delivery only', ours),
    deliveryRow("nodemailer's pool", pool),
    ['ours / pool', shown(ratiosOf(figures).toPool, 2)],
    ['ours / target', '', shown(ours.perCoreSecond / target, 2), `target ${target}`],
  ]);
}

function distanceTable(figures: Figures): string[] {
  const { ours, dialPerMail } = figures.distance;
  const { toDialPerMail } = ratiosOf(figures);
  return table([
    ['', 'mails/s'],
    [`ours, ${DISTANT_CONNECTIONS} connections kept`, shown(ours, 1)],
    ['a dial for each mail', shown(dialPerMail, 1)],
    ['ours / dial', shown(toDialPerMail, 2), `target ${TARGETS.toDialPerMail}`],
  ]);
}

/** The tables for people. */
export function renderReport(figures: Figures, circumstances: Circumstances): string {
  const { mails, rtt, rounds, seconds, postfix, folder, cores } = circumstances;
  const { endToEnd, delivery } = figures;
  return [
    `Mails of ${TEXT_BYTES} bytes of text to one recipient each; ${rounds} rounds by turns, median`,
    '',
    `End to end: ${mails} mails, kept durably in ${folder}, then delivered to ${endToEnd.sink}; no core pinned`,
    `ours: posted over HTTP by ${SUBMITTERS} kept connections, delivered by ${DELIVERIES}`,
    `Postfix: ${postfix}`,
    '',
    ...endToEndTable(figures),
    '',
    ...latencyTable(endToEnd),
    '',
    'Core time is that of the relay alone: neither of who submits nor of the sink.',
    'Times to arrival: read by a sink of ours, which finds in each mail when it was submitted; the',
    'faster mails are accepted than delivered, the longer the last ones wait.',
    `Most memory of the sender that no file backs (RssAnon): ${shown(endToEnd.rssMiB, 0)} MiB`,
    '',
    `Delivery only, by ${DELIVERIES} kept connections to ${delivery.sink}, rounds of ${seconds} s`,
    cores,
    'ours: bytes rendered before, no store; the pool renders each mail',
    '',
    ...deliveryTable(figures),
    '',
    'Shares are of one core. A core second is one that the sending process had the core.',
    '',
    `At a round trip of ${rtt} ms, with STARTTLS and AUTH, to a sink of ours`,
    'ours: end to end; a dial for each mail: nodemailer without a pool, one mail after the other',
    '',
    ...distanceTable(figures),
  ].join('\n');
}

/** The figures for programs, in one line. */
export function renderJson(figures: Figures): string {
  const { endToEnd, delivery, distance } = figures;
  const { ours, postfix, latencies } = endToEnd;
  const { atHalf, saturated } = latencies;
  const { toPostfix, toPool, toDialPerMail } = ratiosOf(figures);
  return JSON.stringify({
    acceptedPerSecond: rounded(ours.acceptedPerSecond),
    endToEndPerSecond: rounded(ours.endToEndPerSecond),
    deliveryPerSecondPerCore: rounded(delivery.ours.perCoreSecond),
    p50Ms: rounded(atHalf.p50Ms),
    p99Ms: rounded(atHalf.p99Ms),
    rssMiB: rounded(endToEnd.rssMiB),
    postfix:
      postfix === undefined ? null : { endToEndPerSecond: rounded(postfix.endToEndPerSecond) },
    pool: { perSecond: rounded(delivery.pool.perSecond) },
    dialPerMail: { perSecond: rounded(distance.dialPerMail) },
    coreMsPerMail: {
      ours: rounded(ours.coreMsPerMail),
      postfix: postfix === undefined ? null : rounded(postfix.coreMsPerMail),
    },
    distant: { perSecond: rounded(distance.ours) },
    saturated: { p50Ms: rounded(saturated.p50Ms), p99Ms: rounded(saturated.p99Ms) },
    ratios: {
      postfix: toPostfix === undefined ? null : rounded(toPostfix),
      pool: rounded(toPool),
      dialPerMail: rounded(toDialPerMail),
    },
  });
}
