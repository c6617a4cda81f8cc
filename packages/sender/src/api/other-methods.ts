import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify';
import { sendProblem } from './problem.ts';

const METHODS: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];

/** Notes each route that is added from now on: its path, and the methods it has. */
export function recordRoutes(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const routes = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }: RouteOptions) => {
    const methods = routes.get(url) ?? new Set<string>(['OPTIONS']);
    for (const name of [method].flat()) methods.add(name);
    routes.set(url, methods);
  });
  return routes;
}

/**
 * Answers the methods that a path does not have: OPTIONS with 204, others with 405, both with
 * Allow (RFC 9110 section 10.2.1) and without reading a body.
 */
export function answerOtherMethods(
  app: FastifyInstance,
  routes: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, methods] of [...routes]) {
    const allow = [...methods].sort().join(', ');
    app.route({
      url,
      method: METHODS.filter((method) => method === 'OPTIONS' || !methods.has(method)),
      exposeHeadRoute: false,
      onRequest: async ({ method }, reply) => {
        reply.header('allow', allow);
        if (method === 'OPTIONS') return reply.code(204).send();
        const detail = `this path answers ${allow}`;
        return sendProblem(reply, { status: 405, reason: 'MethodNotAllowed', detail });
      },
      handler: () => undefined,
    });
  }
}
