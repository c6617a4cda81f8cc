const SHOWN_LOG_LINES = 15;

/** A process ended that should not have; the message shows the last lines of its log. */
export class ProcessFailure extends Error {
  /** Everything that the process wrote. */
  readonly log: string;

  constructor(processName: string, ending: string, log: string) {
    const shown = log.trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n  ');
    super(`${processName} ended ${ending}; the end of its log:\n  ${shown}`);
    this.name = 'ProcessFailure';
    this.log = log;
  }
}

/** A signal that is aborted, with the failure as reason, when there is one. */
export function abortOnFailure(failure: Promise<ProcessFailure | undefined>): AbortSignal {
  const controller = new AbortController();
  void failure.then((error) => {
    if (error !== undefined) controller.abort(error);
  });
  return controller.signal;
}
