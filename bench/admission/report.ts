import { type Row, rounded, shown, table } from '../measure/table.ts';
import { type Figures, type Gain, gainOf, ratioOf } from './figures.ts';
import type { LoadFigures } from './load-rounds.ts';

/** How the figures came about. */
export interface Circumstances {
  /** On which cores; one sentence. */
  readonly cores: string;
  readonly loadTool: string;
  readonly seconds: number;
  readonly runs: number;
  readonly connections: number;
  readonly creates: number;
}

function loadRow(name: string, figures: LoadFigures): Row {
  const { perSecond, p50Ms, p99Ms, cpuMicros, rssMiB } = figures;
  const latencies = [shown(p50Ms, 2), shown(p99Ms, 2)];
  return [name, shown(perSecond, 0), ...latencies, shown(cpuMicros, 0), shown(rssMiB, 0)];
}

function loadTable(figures: Figures): string[] {
  return table([
    ['', 'answers/s', 'p50 ms', 'p99 ms', 'core µs an answer', 'resident MiB'],
    loadRow('ours', figures.load.ours),
    loadRow('peer', figures.load.peer),
    ['ratio', shown(ratioOf(figures), 2)],
  ]);
}

function createTable(figures: Figures): string[] {
  const { none, peer, ours, oursWithMutation } = figures.creates;
  const gains = [peer, ours, oursWithMutation].map((way) => gainOf(way, none));
  const gainRow = (name: string, part: (gain: Gain) => number | undefined): Row => {
    return [name, '', ...gains.map((gain) => shown(part(gain), 2))];
  };
  const creates = [none, peer, ours, oursWithMutation];
  return table([
    ['ms', 'no webhook', 'peer', 'ours', 'ours, and mutation'],
    ['create', ...creates.map(({ createMs }) => shown(createMs, 2))],
    gainRow('more than with no webhook', ({ total }) => total),
    gainRow('  calls of the webhook (TLS, HTTP, handler)', ({ calls }) => calls),
    gainRow('    of that its handler', ({ handlers }) => handlers),
    gainRow("  API server's own part (review, conditions)", ({ apiServer }) => apiServer),
  ]);
}

/** The tables for people. */
export function renderReport(figures: Figures, circumstances: Circumstances): string {
  const { cores, loadTool, seconds, runs, connections, creates } = circumstances;
  return [
    'Answers to the create of a valid provider',
    `${runs} runs of ${seconds} s each, by turns, median; ${connections} kept TLS connections; ${loadTool}`,
    cores,
    '',
    ...loadTable(figures),
    '',
    'One create through the API server, where time goes',
    `at least ${creates} of each, by turns in blocks, median; one kept connection, one after the other`,
    '',
    ...createTable(figures),
    '',
    'The calls are measured by themselves, from Node over a kept connection; the handler is a mean',
    'from the metrics of the webhook. "peer" and "ours" are asked for validation only.',
  ].join('\n');
}

function roundedLoad({ perSecond, p50Ms, p99Ms, rssMiB }: LoadFigures) {
  return {
    perSecond: rounded(perSecond),
    p50Ms: rounded(p50Ms),
    p99Ms: rounded(p99Ms),
    rssMiB: rounded(rssMiB),
  };
}

/** The figures for programs, in one line. */
export function renderJson(figures: Figures): string {
  const { none, peer, ours, oursWithMutation } = figures.creates;
  return JSON.stringify({
    ours: roundedLoad(figures.load.ours),
    peer: roundedLoad(figures.load.peer),
    ratio: rounded(ratioOf(figures)),
    createMs: {
      none: rounded(none.createMs),
      peer: rounded(peer.createMs),
      ours: rounded(ours.createMs),
      oursWithMutation: rounded(oursWithMutation.createMs),
    },
  });
}
