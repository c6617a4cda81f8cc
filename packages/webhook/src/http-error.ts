const TEXT = {
  400: 'the body is no AdmissionReview',
  404: 'no such path; POST to /validate or /mutate',
  405: 'only POST is answered here',
  413: 'the body is larger than 7 MiB',
  415: 'the body must be plain application/json',
  500: 'internal error',
  503: 'too many reviews are being received; try again',
} as const;

export type HttpErrorStatus = keyof typeof TEXT;

/** A request that gets no AdmissionReview; its text never repeats what was sent. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: HttpErrorStatus;

  constructor(status: HttpErrorStatus, text: string = TEXT[status]) {
    super(text);
    this.status = status;
  }

  /** The headers that belong to the status. */
  get headers(): Readonly<Record<string, string>> {
    switch (this.status) {
      case 405:
        return { allow: 'POST' };
      case 503:
        // The API server itself tries again after a 503 with this header, within its own limit.
        return { 'retry-after': '1' };
      default:
        return {};
    }
  }
}
