import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { submissionProblems } from '../mail/submission-problems.ts';
import type { ChangeResult, Sender, SubmitOptions, SubmitResult } from '../sender.ts';
import { bodyBudget } from './body-budget.ts';
import { jsonBody } from './json-body.ts';
import { acceptedView, mailListView, mailView } from './mail-view.ts';
import { type Problem, sendProblem } from './problem.ts';
import { refusalProblem } from './refusal-problem.ts';
import { idempotencyKeySchema, isMailId, listQuerySchema } from './request-schemas.ts';

/** Cancelling and retrying need no body; what comes is read and ignored. */
const NO_BODY_BYTES = 1024;

const MAIL_NOT_FOUND: Problem = {
  status: 404,
  reason: 'MailNotFound',
  detail: 'no mail has this id, or it ended so long ago that it was removed',
};

const NOT_READY: Problem = {
  status: 503,
  reason: 'NotReady',
  detail: 'the sender starts, and does not know the MailProviders yet; try again',
  retryAfterSeconds: 5,
};

interface MailId {
  readonly Params: { readonly id: string };
}

function invalid(subject: string, errors: Problem['errors'] = []): Problem {
  const detail =
    errors.length === 1 ? `${subject} has a mistake` : `${subject} has ${errors.length} mistakes`;
  return { status: 400, reason: 'InvalidRequest', detail, errors };
}

function sendSubmitted(reply: FastifyReply, result: SubmitResult): FastifyReply {
  switch (result.kind) {
    case 'accepted':
      reply.code(202).header('location', `/v1/mails/${result.mail.id}`);
      return reply.send(acceptedView(result.mail));
    case 'invalid':
      return sendProblem(reply, { ...invalid('the mail', result.problems), reason: 'InvalidMail' });
    case 'refused':
      return sendProblem(reply, refusalProblem(result));
  }
}

function sendChanged(reply: FastifyReply, result: ChangeResult): FastifyReply {
  switch (result.kind) {
    case 'changed':
      return reply.send(mailView(result.mail));
    case 'not-found':
      return sendProblem(reply, MAIL_NOT_FOUND);
    case 'conflict':
      return sendProblem(reply, { status: 409, reason: 'MailConflict', detail: result.message });
    case 'refused':
      return sendProblem(reply, refusalProblem(result));
  }
}

const KEY_HEADER = 'Idempotency-Key';

/** The options that the headers of a request give, or what is wrong with them. */
function submitOptions(headers: IncomingHttpHeaders): SubmitOptions | Problem {
  const header = headers['idempotency-key'];
  if (header === undefined) return {};
  const key = idempotencyKeySchema.safeParse(header);
  if (key.success) return { idempotencyKey: key.data };
  const errors = key.error.issues.map(({ message }) => ({ field: KEY_HEADER, message }));
  return invalid(`the header ${KEY_HEADER}`, errors);
}

function addSubmitRoute(app: FastifyInstance, sender: Sender, isReady: () => boolean): void {
  const onRequest = bodyBudget(app.initialConfig.bodyLimit ?? 0);
  app.post('/v1/mails', { onRequest }, async (request, reply) => {
    if (!isReady()) return sendProblem(reply, NOT_READY);
    const options = submitOptions(request.headers);
    if ('status' in options) return sendProblem(reply, options);
    return sendSubmitted(reply, await sender.submit(jsonBody(request), options));
  });
}

function addReadRoutes(app: FastifyInstance, sender: Sender): void {
  app.get('/v1/mails', async (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) {
      return sendProblem(reply, invalid('the query', submissionProblems(query.error.issues)));
    }
    const { state, limit, after } = query.data;
    const page = await sender.list(state, { limit, ...(after === undefined ? {} : { after }) });
    return reply.send(mailListView(page));
  });
  app.get<MailId>('/v1/mails/:id', async ({ params: { id } }, reply) => {
    const mail = isMailId(id) ? await sender.find(id) : undefined;
    return mail === undefined ? sendProblem(reply, MAIL_NOT_FOUND) : reply.send(mailView(mail));
  });
}

function addChangeRoutes(app: FastifyInstance, sender: Sender, isReady: () => boolean): void {
  const changes = {
    cancel: (id: string) => sender.cancel(id),
    retry: (id: string) => sender.retry(id),
  };
  for (const [name, change] of Object.entries(changes)) {
    const path = `/v1/mails/:id/${name}`;
    app.post<MailId>(path, { bodyLimit: NO_BODY_BYTES }, async ({ params: { id } }, reply) => {
      if (!isReady()) return sendProblem(reply, NOT_READY);
      return sendChanged(reply, isMailId(id) ? await change(id) : { kind: 'not-found' });
    });
  }
}

/** Submits mails, tells where they stand, and changes that. */
export function addMailRoutes(app: FastifyInstance, sender: Sender, isReady: () => boolean): void {
  addSubmitRoute(app, sender, isReady);
  addReadRoutes(app, sender);
  addChangeRoutes(app, sender, isReady);
}
