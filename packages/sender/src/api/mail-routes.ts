import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import { submissionProblems } from '../mail/submission-problems.ts';
import type { ChangeResult, Sender, SubmitResult } from '../sender.ts';
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
  detail: 'mails are not accepted at present; try again',
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

function invalidRequest(subject: string, { issues }: z.ZodError): Problem {
  return invalid(subject, submissionProblems(issues));
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

function addSubmitRoute(app: FastifyInstance, sender: Sender, isReady: () => boolean): void {
  app.post('/v1/mails', async (request, reply) => {
    if (!isReady()) return sendProblem(reply, NOT_READY);
    const header = request.headers['idempotency-key'];
    if (header === undefined) return sendSubmitted(reply, await sender.submit(request.body));
    const key = idempotencyKeySchema.safeParse(header);
    if (!key.success)
      return sendProblem(reply, invalidRequest('header Idempotency-Key', key.error));
    return sendSubmitted(reply, await sender.submit(request.body, { idempotencyKey: key.data }));
  });
}

function addReadRoutes(app: FastifyInstance, sender: Sender): void {
  app.get('/v1/mails', async (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return sendProblem(reply, invalidRequest('the query', query.error));
    const { state, limit, after } = query.data;
    const page = await sender.list(state, { limit, ...(after === undefined ? {} : { after }) });
    return reply.send(mailListView(page));
  });
  app.get<MailId>('/v1/mails/:id', async ({ params: { id } }, reply) => {
    const mail = isMailId(id) ? await sender.find(id) : undefined;
    return mail === undefined ? sendProblem(reply, MAIL_NOT_FOUND) : reply.send(mailView(mail));
  });
}

function addChangeRoutes(app: FastifyInstance, sender: Sender): void {
  const changes = {
    cancel: (id: string) => sender.cancel(id),
    retry: (id: string) => sender.retry(id),
  };
  for (const [name, change] of Object.entries(changes)) {
    const path = `/v1/mails/:id/${name}`;
    app.post<MailId>(path, { bodyLimit: NO_BODY_BYTES }, async ({ params: { id } }, reply) =>
      sendChanged(reply, isMailId(id) ? await change(id) : { kind: 'not-found' }),
    );
  }
}

/** Submits mails, tells where they stand, and changes that. */
export function addMailRoutes(app: FastifyInstance, sender: Sender, isReady: () => boolean): void {
  addSubmitRoute(app, sender, isReady);
  addReadRoutes(app, sender);
  addChangeRoutes(app, sender);
}
