import { median } from '../measure/median.ts';
import type { ApiServer } from './api-server.ts';
import { callTimes } from './call-time.ts';
import { handlerMilliseconds } from './handler-time.ts';
import { type Registrations, registerOnly } from './registrations.ts';
import { provider } from './review.ts';
import type { RunningWebhook } from './running-webhook.ts';

/** Blocks of each way; by turns, so that a machine that gets slower does so for all. */
const BLOCKS = 6;
/** In the first ones the API server connects to a webhook that it did not know. */
const WARM_UP_CREATES = 20;

/** Ways of registering: nobody, the peer, ours, and ours also for mutation. */
const WAYS = ['none', 'peer', 'ours', 'oursWithMutation'] as const;

/** One value for each way of registering. */
export type EachWay<T> = Readonly<Record<(typeof WAYS)[number], T>>;

/** Whom the API server asks at a create. */
export interface Way {
  readonly registrations: Registrations;
  readonly asked?: { readonly webhook: RunningWebhook; readonly paths: readonly string[] };
}

export interface CreateFigures {
  /** Median of the creates. */
  readonly createMs: number;
  /** Median of the same calls without an API server; NaN if nobody is asked. */
  readonly callsMs: number;
  /** Mean time in the webhook's handlers for one create; undefined if its metrics do not tell. */
  readonly handlerMs: number | undefined;
}

export interface CreateRoundsOptions {
  readonly api: ApiServer;
  /** Creates of each way, at least. */
  readonly creates: number;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

interface Block {
  readonly createMs: readonly number[];
  readonly callsMs: readonly number[];
  readonly handlerMs: number | undefined;
}

async function create(api: ApiServer, name: string): Promise<number> {
  const { status, body, milliseconds } = await api.create(provider(name));
  if (status !== 201) throw new Error(`create of ${name}: ${status} ${body}`);
  return milliseconds;
}

async function handlerTime({ asked }: Way): Promise<number | undefined> {
  if (asked === undefined) return undefined;
  const response = await fetch(asked.webhook.metricsUrl);
  return handlerMilliseconds(await response.text());
}

async function measureBlock(way: Way, size: number, options: CreateRoundsOptions): Promise<Block> {
  const { api, signal } = options;
  const { registrations, asked } = way;
  await registerOnly(api, registrations, signal);
  for (let n = 0; n < WARM_UP_CREATES; n += 1) await create(api, `warm-up-${n}`);
  const before = await handlerTime(way);
  const createMs: number[] = [];
  for (let n = 0; n < size; n += 1) createMs.push(await create(api, `create-${n}`));
  const after = await handlerTime(way);
  await api.deleteProviders();
  const isTold = before !== undefined && after !== undefined;
  return {
    createMs,
    callsMs: asked === undefined ? [] : await callTimes(asked.webhook, asked.paths, size),
    handlerMs: isTold ? (after - before) / size : undefined,
  };
}

function figuresOf(blocks: readonly Block[]): CreateFigures {
  const told = blocks.flatMap(({ handlerMs }) => handlerMs ?? []);
  return {
    createMs: median(blocks.flatMap(({ createMs }) => createMs)),
    callsMs: median(blocks.flatMap(({ callsMs }) => callsMs)),
    handlerMs: told.length === 0 ? undefined : median(told),
  };
}

/** Creates one provider after the other, each way by turns; deleting them is not counted. */
export async function measureCreates(
  ways: EachWay<Way>,
  options: CreateRoundsOptions,
): Promise<EachWay<CreateFigures>> {
  const blocks: EachWay<Block[]> = { none: [], peer: [], ours: [], oursWithMutation: [] };
  const size = Math.ceil(options.creates / BLOCKS);
  for (let round = 0; round < BLOCKS; round += 1) {
    options.progress(`creates, block ${round + 1} of ${BLOCKS}`);
    const first = round % WAYS.length;
    for (const name of [...WAYS.slice(first), ...WAYS.slice(0, first)]) {
      blocks[name].push(await measureBlock(ways[name], size, options));
    }
  }
  return {
    none: figuresOf(blocks.none),
    peer: figuresOf(blocks.peer),
    ours: figuresOf(blocks.ours),
    oursWithMutation: figuresOf(blocks.oursWithMutation),
  };
}
