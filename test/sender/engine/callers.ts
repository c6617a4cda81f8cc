import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';

const acceptedSchema = z.object({ id: z.string(), messageId: z.string() });
const BODY = JSON.stringify({ to: 'ops@example.com', subject: 'replicated', text: 'text' });
const HEADERS = { 'content-type': 'application/json' };
/** After an answer that nothing can be stored now; callers need not be as patient as they are told to be. */
const UNAVAILABLE_PAUSE_MS = 50;

/** What callers were answered. */
export class Answers {
  /** By Message-ID, the mails that were answered with 202. */
  readonly accepted = new Set<string>();
  /** Retry-After of each 503, in seconds; NaN without one. */
  readonly unavailable: number[] = [];
  /** What was answered in another way. */
  readonly unexpected: string[] = [];
  /** The longest that an answer took. */
  slowestMs = 0;
}

export interface CallerOptions {
  /** Of the submit API, without a path. */
  readonly url: string;
  /** Between an answer and the next mail; default 0. */
  readonly pauseMs?: number;
  readonly signal: AbortSignal;
}

/** Submits one mail after the other until `signal` is aborted, or the process is gone. */
export async function call(
  answers: Answers,
  { url, pauseMs = 0, signal }: CallerOptions,
): Promise<void> {
  const dispatcher = new Agent();
  const options = { method: 'POST', body: BODY, headers: HEADERS, dispatcher, signal } as const;
  try {
    while (!signal.aborted) {
      const begin = performance.now();
      const { statusCode, headers, body } = await request(`${url}/v1/mails`, options);
      const text = await body.text();
      answers.slowestMs = Math.max(answers.slowestMs, performance.now() - begin);
      const isUnavailable = statusCode === 503;
      if (statusCode === 202)
        answers.accepted.add(acceptedSchema.parse(JSON.parse(text)).messageId);
      else if (isUnavailable)
        answers.unavailable.push(Number(headers['retry-after'] ?? Number.NaN));
      else answers.unexpected.push(text);
      const pause = isUnavailable ? UNAVAILABLE_PAUSE_MS : pauseMs;
      if (pause > 0) await delay(pause, undefined, { signal });
    }
  } catch {
    // The process was killed, or the caller told to end: what was not answered was not accepted.
  } finally {
    await dispatcher.destroy();
  }
}

/** Callers that go on until they are ended. */
export interface RunningCallers {
  end(): Promise<void>;
}

/** Has so many callers submit to each of the senders. */
export function startCallers(
  answers: Answers,
  urls: readonly string[],
  { callers, pauseMs = 0 }: { readonly callers: number; readonly pauseMs?: number },
): RunningCallers {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const all = urls.flatMap((url) =>
    Array.from({ length: callers }, () => call(answers, { url, pauseMs, signal: stop.signal })),
  );
  return {
    async end() {
      stop.abort();
      await Promise.all(all);
    },
  };
}
