import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Handler } from './admission/handlers.ts';
import { decodeReview } from './admission/review.ts';
import { answerWithinMs } from './answer-deadline.ts';
import { HttpError } from './http-error.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { AnsweredCall, Webhook, WebhookMetrics } from './metrics.ts';
import { BODY_LIMIT, type RequestBody, readBody } from './request-body.ts';

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

type Headers = IncomingMessage['headers'];
type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function isJson({ 'content-type': type = '', 'content-encoding': encoding }: Headers): boolean {
  const mediaType = type === MEDIA_TYPE ? type : type.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType === MEDIA_TYPE && encoding === undefined;
}

function receive(request: IncomingMessage, budget: MemoryBudget): Promise<RequestBody> {
  return isJson(request.headers) ? readBody(request, budget) : Promise.reject(new HttpError(415));
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

  const sendFailure = (response: ServerResponse, error: unknown) => {
    if (!(error instanceof HttpError)) deps.failed(error);
    sendError(response, error instanceof HttpError ? error : new HttpError(500));
  };

  const review = (
    webhook: Webhook,
    query: string,
    request: IncomingMessage,
    out: ServerResponse,
  ) => {
    const arrived = performance.now();
    const spentMs = () => performance.now() - arrived;
    let operation: AnsweredCall['operation'] = 'UNKNOWN';
    let bytes = 0;
    const end = (verdict: AnsweredCall['verdict']) => {
      budget.giveBack(bytes);
      metrics.answered({ webhook, operation, verdict, seconds: spentMs() / 1000 });
    };
    const succeed = (answer: Answer) => {
      end(answer.verdict);
      send(out, 200, answer.review);
    };
    const fail = (error: unknown) => {
      end('error');
      sendFailure(out, error);
    };
    const judge = (body: RequestBody) => {
      bytes = body.bytes;
      try {
        const decoded = decodeReview(body.text);
        operation = decoded.operation;
        const answer = handlers[webhook](decoded, answerWithinMs(query) - spentMs());
        // Nearly all are there at once, and a promise would only cost them time.
        if (answer instanceof Promise) answer.then(succeed, fail);
        else succeed(answer);
      } catch (error) {
        fail(error);
      }
    };
    metrics.started();
    receive(request, budget).then(judge, fail);
  };

  return (request, response) => {
    const [path = '', query = ''] = request.url?.split('?', 2) ?? [];
    try {
      review(webhookOf(request, path), query, request, response);
    } catch (error) {
      sendFailure(response, error);
    }
  };
}
