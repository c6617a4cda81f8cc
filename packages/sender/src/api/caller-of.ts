import type { FastifyRequest } from 'fastify';
import type { Caller } from '../callers/caller.ts';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Notes who makes a request. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who makes a request; undefined where callers are not told apart. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}
