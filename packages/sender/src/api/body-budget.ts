import type { onRequestHookHandler } from 'fastify';
import { type Problem, sendProblem } from './problem.ts';

/**
 * How many mails at the limit may be under way. Each is held up to five times (as it came, as text,
 * decoded, rendered, and in the write), so four of 20 MiB stay below half a gigabyte, and
 * thousands of ordinary ones have room.
 */
const LARGEST_MAILS = 4;

const OVERLOADED: Problem = {
  status: 503,
  reason: 'Overloaded',
  detail: 'too much mail is being received at present; try again',
  retryAfterSeconds: 1,
};

/** Refuses bodies beyond what may be held in memory for all of them, before they are read. */
export function bodyBudget(bodyLimit: number): onRequestHookHandler {
  let free = LARGEST_MAILS * bodyLimit;
  return ({ headers }, reply, done) => {
    const declared = Number(headers['content-length'] ?? bodyLimit);
    const bytes = Math.min(declared, bodyLimit);
    if (bytes > free) {
      sendProblem(reply, OVERLOADED);
      return;
    }
    free -= bytes;
    reply.raw.once('close', () => {
      free += bytes;
    });
    done();
  };
}
