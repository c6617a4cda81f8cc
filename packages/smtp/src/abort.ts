import { SessionFault } from './failure.ts';

/** What an aborted step fails with: a deadline is a fault of the session, any other reason is the caller's own. */
export function abortCause(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  const deadline = reason instanceof Error && reason.name === 'TimeoutError';
  return deadline ? new SessionFault('Timeout') : reason;
}

/** Calls `listener` when the signal aborts, at once if it already has; returns how to stop listening. */
export function onAbort(signal: AbortSignal, listener: (cause: unknown) => void): () => void {
  const listen = () => listener(abortCause(signal));
  if (signal.aborted) listen();
  else signal.addEventListener('abort', listen, { once: true });
  return () => signal.removeEventListener('abort', listen);
}

/** Settles as `work` does, or fails as soon as the signal aborts, for work that cannot be stopped. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, stop } = abortion(signal);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}

function abortion(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    stop = onAbort(signal, reject);
  });
  return { promise, stop };
}
