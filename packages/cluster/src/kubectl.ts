import { execa } from 'execa';

export interface KubectlResult {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real kubectl, as admin of one cluster. */
export interface Kubectl {
  /** Runs it to its end, however it ends; rejects only with the reason of the signal. */
  attempt(args: readonly string[], input?: string): Promise<KubectlResult>;
  /** Runs it and returns its stdout; rejects with its stderr if it fails. */
  run(args: readonly string[], input?: string): Promise<string>;
}

export interface KubectlOptions {
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

export function createKubectl({ file, environment, signal }: KubectlOptions): Kubectl {
  const attempt: Kubectl['attempt'] = async (args, input = '') => {
    const { failed, stdout, stderr } = await execa(file, args, {
      input,
      env: environment,
      extendEnv: false,
      reject: false,
      detached: true,
      cancelSignal: signal,
    });
    signal.throwIfAborted();
    return { succeeded: !failed, stdout, stderr };
  };
  return {
    attempt,
    async run(args, input) {
      const { succeeded, stdout, stderr } = await attempt(args, input);
      if (!succeeded) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
      return stdout;
    },
  };
}
