/**
 * Runs work under a signal that aborts when `parent` does, or after `milliseconds` with a
 * `TimeoutError`, as that of `AbortSignal.timeout`. The work may start the time anew by `restart`.
 *
 * Nothing is left behind when the work ends. Own code because `AbortSignal.any` over an
 * `AbortSignal.timeout` forgets the timeout at the next garbage collection (nodejs/node#57736).
 */
export async function withDeadline<T>(
  parent: AbortSignal | undefined,
  milliseconds: number,
  work: (signal: AbortSignal, restart: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no end within ${milliseconds} ms`, 'TimeoutError'));
  }, milliseconds);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  try {
    return await work(controller.signal, () => timer.refresh());
  } finally {
    clearTimeout(timer);
    parent?.removeEventListener('abort', follow);
  }
}
