import fc from 'fast-check';
import type { Test } from 'tap';
import { answerSchema } from './answer-schema.ts';
import { type FuzzedRequest, fuzzedRequest } from './fuzzed-request.ts';
import { type HttpAnswer, webhookClient } from './webhook-client.ts';
import { residentMiB, startWebhookProcess } from './webhook-process.ts';

const BATCH = 100;
const CLIENTS = 8;
/** Batches after whose end the size is looked at: 2,500 requests. */
const SIZES = 25;
/** What a request that is no review may be answered with. */
const REFUSALS = new Set([400, 405, 413, 415]);

function faultOf({ status, body }: HttpAnswer): string | undefined {
  if (REFUSALS.has(status)) return body.length > 200 ? 'a long refusal' : undefined;
  if (status !== 200) return `status ${status}`;
  return answerSchema.safeParse(JSON.parse(body)).error?.message;
}

export interface FuzzFindings {
  readonly answers: Readonly<Record<number, number>>;
  readonly faults: readonly string[];
  readonly residentMiB: { readonly afterQuarter: number; readonly afterAll: number };
}

/** Sends that many fuzzed requests to a webhook process; the same seed sends the same. */
export async function fuzzWebhook(t: Test, requests: number, seed: number): Promise<FuzzFindings> {
  const { child, url } = await startWebhookProcess(t);
  const { post } = webhookClient(t, url);
  const answers: Record<number, number> = {};
  const faults: string[] = [];

  const send = async (request: FuzzedRequest, name: string) => {
    const answer = await post(request.body, request);
    answers[answer.status] = (answers[answer.status] ?? 0) + 1;
    const fault = faultOf(answer);
    if (fault !== undefined) faults.push(`${name}: ${fault}`);
  };
  const sendBatch = async (batch: number) => {
    const queue = fc.sample(fuzzedRequest, { numRuns: BATCH, seed: seed + batch }).entries();
    const client = async () => {
      for (const [index, request] of queue) await send(request, `seed ${seed + batch}, ${index}`);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };

  const sizes: number[] = [];
  for (let batch = 0; batch < requests / BATCH; batch += 1) {
    await sendBatch(batch);
    sizes.push(await residentMiB(child.pid));
  }
  // What is not yet collected goes up and down; what is kept shows in the lowest of a few.
  const lowestUpTo = (end: number) => Math.min(...sizes.slice(end - SIZES, end));
  const afterQuarter = lowestUpTo(Math.ceil(sizes.length / 4));
  return { answers, faults, residentMiB: { afterQuarter, afterAll: lowestUpTo(sizes.length) } };
}
