/** The pool takes no more; the message was not offered to the server. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';

  constructor() {
    super('the pool of SMTP sessions is closed');
  }
}
