import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from './admission/handlers.ts';
import { decodeReview } from './admission/review.ts';
import { answerWithinMs } from './answer-deadline.ts';
import { HttpError } from './http-error.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { AnsweredCall, Webhook, WebhookMetrics } from './metrics.ts';
import { BODY_LIMIT, readBody } from './request-body.ts';

/** A review has some KB; three of the largest there are may be held at once. */
const BODIES_LIMIT = 3 * BODY_LIMIT;
const MEDIA_TYPE = 'application/json';
const WEBHOOKS: ReadonlyMap<string, Webhook> = new Map([
  ['/validate', 'validate'],
  ['/mutate', 'mutate'],
]);

export interface ReviewListenerDeps {
  readonly handlers: Readonly<Record<Webhook, Handler>>;
  readonly metrics: Pick<WebhookMetrics, 'started' | 'answered'>;
  /** Told of errors that are ours. */
  failed(error: unknown): void;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function requireJson({
  'content-type': type = '',
  'content-encoding': encoding,
}: IncomingMessage['headers']): void {
  const mediaType = type === MEDIA_TYPE ? type : type.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== MEDIA_TYPE || encoding !== undefined) throw new HttpError(415);
}

function send(response: ServerResponse, status: number, body: string): void {
  const head = { 'content-type': MEDIA_TYPE, 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, head).end(body);
}

function sendError(response: ServerResponse, { status, message, headers }: HttpError): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, status, JSON.stringify({ error: message }));
}

/** The webhook that a request is for; throws `HttpError` where there is none. */
function webhookOf({ method }: IncomingMessage, path: string): Webhook {
  const webhook = WEBHOOKS.get(path);
  if (webhook === undefined) throw new HttpError(404);
  if (method !== 'POST') throw new HttpError(405);
  return webhook;
}

/**
 * Answers HTTP requests: each review as its handler does, what is no review with an HTTP error and a
 * short JSON object that repeats nothing of it.
 */
export function createReviewListener(deps: ReviewListenerDeps): Listener {
  const { handlers, metrics } = deps;
  const budget = new MemoryBudget(BODIES_LIMIT);

  const reviewed = async (webhook: Webhook, query: string, request: IncomingMessage) => {
    const arrived = performance.now();
    const call: Mutable<AnsweredCall> = {
      webhook,
      operation: 'UNKNOWN',
      verdict: 'error',
      seconds: 0,
    };
    let bytes = 0;
    metrics.started();
    try {
      requireJson(request.headers);
      const body = await readBody(request, budget);
      bytes = body.bytes;
      const review = decodeReview(body.text);
      call.operation = review.operation;
      const left = answerWithinMs(query) - (performance.now() - arrived);
      const answer = await handlers[webhook](review, left);
      call.verdict = answer.verdict;
      return answer.review;
    } finally {
      budget.giveBack(bytes);
      call.seconds = (performance.now() - arrived) / 1000;
      metrics.answered(call);
    }
  };

  const answered = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = '', query = ''] = request.url?.split('?', 2) ?? [];
    try {
      send(response, 200, await reviewed(webhookOf(request, path), query, request));
    } catch (error) {
      if (!(error instanceof HttpError)) deps.failed(error);
      sendError(response, error instanceof HttpError ? error : new HttpError(500));
    }
  };
  return (request, response) => void answered(request, response);
}
