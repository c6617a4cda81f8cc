import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import type { Caller } from '../callers/caller.ts';
import type { CallerLimit } from '../callers/caller-limit.ts';
import { mayUseAll } from '../callers/may-use-all.ts';
import { submissionProblems } from '../mail/submission-problems.ts';
import type { ProviderSource } from '../ports.ts';
import type { ChangeResult, Sender, SubmitOptions, SubmitResult } from '../sender.ts';
import { bodyBudget } from './body-budget.ts';
import { callerOf } from './caller-of.ts';
import { whyUnchangeable } from './change-rights.ts';
import { jsonBody } from './json-body.ts';
import { acceptedView, mailListView, mailView } from './mail-view.ts';
import { type Problem, sendProblem } from './problem.ts';
import { refusalProblem } from './refusal-problem.ts';
import { idempotencyKeySchema, listQuerySchema } from './request-schemas.ts';
import { findVisible, listVisible, MAIL_NOT_FOUND } from './visible-mails.ts';

/** Cancelling and retrying need no body; what comes is read and ignored. */
const NO_BODY_BYTES = 1024;

const NOT_READY: Problem = {
  status: 503,
  reason: 'NotReady',
  detail: 'the sender starts, and does not know the MailProviders yet; try again',
  retryAfterSeconds: 5,
};

export interface MailRoutesDeps {
  readonly sender: Sender;
  readonly providers: Pick<ProviderSource, 'get'>;
  /** Whether mails are accepted and changed now. */
  isReady(): boolean;
  /** Without it callers may submit as fast as they can. */
  readonly callerLimit?: CallerLimit | undefined;
}

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

function callerOptions(caller: Caller | undefined): SubmitOptions {
  if (caller === undefined) return {};
  return { caller: caller.username, mayUse: (providers) => mayUseAll(caller, providers) };
}

/** The options that the headers of a request give, or what is wrong with them. */
function keyOptions(headers: IncomingHttpHeaders): SubmitOptions | Problem {
  const header = headers['idempotency-key'];
  if (header === undefined) return {};
  const key = idempotencyKeySchema.safeParse(header);
  if (key.success) return { idempotencyKey: key.data };
  const errors = key.error.issues.map(({ message }) => ({ field: KEY_HEADER, message }));
  return invalid(`the header ${KEY_HEADER}`, errors);
}

/** Refuses, before the body is received, what would be too much. */
function withinRate(callerLimit: CallerLimit | undefined): onRequestHookHandler {
  return (request, reply, done) => {
    const refused = callerLimit?.check(callerOf(request)?.username);
    if (refused === undefined) done();
    else sendProblem(reply, refusalProblem(refused));
  };
}

function addSubmitRoute(
  app: FastifyInstance,
  { sender, isReady, callerLimit }: MailRoutesDeps,
): void {
  const onRequest = [withinRate(callerLimit), bodyBudget(app.initialConfig.bodyLimit ?? 0)];
  app.post('/v1/mails', { onRequest }, async (request, reply) => {
    if (!isReady()) return sendProblem(reply, NOT_READY);
    const key = keyOptions(request.headers);
    if ('status' in key) return sendProblem(reply, key);
    const options = { ...callerOptions(callerOf(request)), ...key };
    const body = jsonBody(request);
    const submit = () => sender.submit(body, options);
    const result = await (callerLimit?.submit(options.caller, submit) ?? submit());
    return sendSubmitted(reply, result);
  });
}

function addReadRoutes(app: FastifyInstance, { sender }: MailRoutesDeps): void {
  app.get('/v1/mails', async (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) {
      return sendProblem(reply, invalid('the query', submissionProblems(query.error.issues)));
    }
    const { state, limit, after } = query.data;
    const wanted = { limit, ...(after === undefined ? {} : { after }) };
    const listing = await listVisible(sender, callerOf(request), state, wanted);
    if (listing.kind === 'problem') return sendProblem(reply, listing.problem);
    return reply.send(mailListView(listing.page));
  });
  app.get<MailId>('/v1/mails/:id', async (request, reply) => {
    const finding = await findVisible(sender, callerOf(request), request.params.id);
    if (finding.kind === 'problem') return sendProblem(reply, finding.problem);
    return reply.send(mailView(finding.mail));
  });
}

function addChangeRoutes(app: FastifyInstance, deps: MailRoutesDeps): void {
  const { sender, isReady } = deps;
  for (const change of ['cancel', 'retry'] as const) {
    const path = `/v1/mails/:id/${change}`;
    app.post<MailId>(path, { bodyLimit: NO_BODY_BYTES }, async (request, reply) => {
      if (!isReady()) return sendProblem(reply, NOT_READY);
      const { id } = request.params;
      const problem = await whyUnchangeable(deps, callerOf(request), id, change);
      if (problem !== undefined) return sendProblem(reply, problem);
      return sendChanged(reply, await sender[change](id));
    });
  }
}

/** Submits mails, tells where they stand, and changes that; of each caller its own. */
export function addMailRoutes(app: FastifyInstance, deps: MailRoutesDeps): void {
  addSubmitRoute(app, deps);
  addReadRoutes(app, deps);
  addChangeRoutes(app, deps);
}
