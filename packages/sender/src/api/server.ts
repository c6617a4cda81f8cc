import type { Logger } from '@mailprovider/process';
import type { CertificateSource } from '@mailprovider/process/certificates/certificate-source';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { CallerLimit } from '../callers/caller-limit.ts';
import { jsonBytesLimit, type SubmissionLimits } from '../mail/submission-limits.ts';
import type { ProviderSource } from '../ports.ts';
import type { Sender } from '../sender.ts';
import type { Authenticate, Authentication } from './authentication.ts';
import { setCaller } from './caller-of.ts';
import { ClientErrors } from './client-errors.ts';
import { closeWithin } from './close-within.ts';
import { CONNECTION_TIMEOUTS } from './connection-timeouts.ts';
import { sendDenial } from './denial.ts';
import { drainBeforeAnswer } from './drain-before-answer.ts';
import { errorProblem } from './error-problem.ts';
import { httpsServerFactory } from './https-server.ts';
import { addMailRoutes } from './mail-routes.ts';
import { openApiDocument } from './openapi.ts';
import { answerOtherMethods, recordRoutes } from './other-methods.ts';
import { sendProblem } from './problem.ts';

/** For answers under way at the end: a durable write takes milliseconds. */
const CLOSE_GRACE_MS = 5_000;

const OPENAPI_PATH = '/openapi.json';

export interface ApiDeps {
  readonly sender: Sender;
  /** Those of the sender; their fallbacks count where callers are told apart. */
  readonly providers: Pick<ProviderSource, 'get'>;
  readonly authenticate: Authenticate;
  /** How fast each caller may submit; without it as fast as it can. */
  readonly callerLimit?: CallerLimit | undefined;
  /** What is served by TLS; without it plain HTTP. */
  readonly certificates?: CertificateSource | undefined;
  readonly limits: SubmissionLimits;
  /** Told of errors that are ours; never of what was sent. */
  readonly logger?: Pick<Logger, 'error'>;
  /** Whether mails are accepted and changed now; without it always. */
  isReady?(): boolean;
}

function addAuthentication(app: FastifyInstance, authenticate: Authenticate): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url === OPENAPI_PATH) return done();
    const admit = (authentication: Authentication) => {
      if (authentication.kind !== 'authenticated') {
        sendDenial(reply, authentication);
        return;
      }
      if (authentication.caller !== undefined) setCaller(request, authentication.caller);
      done();
    };
    const authentication = authenticate(request.headers);
    if (authentication instanceof Promise) authentication.then(admit).catch(done);
    else admit(authentication);
  });
}

function answerErrors(app: FastifyInstance, logger: ApiDeps['logger']): void {
  app.setErrorHandler((error, _request, reply) => {
    const problem = errorProblem(error);
    if (problem.status >= 500) logger?.error({ err: error }, 'a request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, {
      status: 404,
      reason: 'PathNotFound',
      detail: `no such path; ${OPENAPI_PATH} describes those there are`,
    }),
  );
}

/** What fastify finds wrong before any route is known. */
function answerFrameworkError(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, errorProblem(error));
}

/**
 * The server of the submit API. Nothing listens in it; when it closes, answers under way are
 * finished and close their connections.
 */
export function createApiServer(deps: ApiDeps): FastifyInstance {
  const { sender, providers, authenticate, callerLimit, certificates, limits, logger } = deps;
  const { isReady = () => true } = deps;
  const { requestTimeout, keepAliveTimeout, ...http } = CONNECTION_TIMEOUTS;
  const clientErrors = new ClientErrors();
  const app = fastify({
    bodyLimit: jsonBytesLimit(limits),
    requestTimeout,
    keepAliveTimeout,
    http,
    ...(certificates === undefined ? {} : { serverFactory: httpsServerFactory(certificates) }),
    // What still comes then is answered by the sender, and as a problem document.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: (error, socket) => clientErrors.answer(error, socket),
  });
  clientErrors.follow(app);
  closeWithin(app, CLOSE_GRACE_MS);
  drainBeforeAnswer(app);
  addAuthentication(app, authenticate);
  answerErrors(app, logger);
  app.removeAllContentTypeParsers();
  // Parsed by the route: what fails here would cost the caller its connection.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  const routes = recordRoutes(app);
  addMailRoutes(app, { sender, providers, isReady, callerLimit });
  const document = JSON.stringify(openApiDocument(limits));
  app.get(OPENAPI_PATH, (_request, reply) => reply.type('application/json').send(document));
  answerOtherMethods(app, routes);
  return app;
}
