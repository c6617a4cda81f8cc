import type { ServerCheckResult } from '@mailprovider/health';
import type { FieldError } from '@mailprovider/provider/field-error';
import { STAGES, type Stage } from '@mailprovider/provider/reasons';
import type { Problem } from '../folder/documents.ts';

/** What was found out about one provider. */
export interface Outcome {
  readonly provider: string;
  /** Whether the spec says so; it is probed all the same. */
  readonly disabled: boolean;
  readonly result:
    | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
    | ServerCheckResult;
}

/** All that one run has to tell. */
export interface ProbeReport {
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
}

export const EXIT_NOT_DONE = 1;
export const EXIT_INVALID = 2;
const EXIT_PASSWORD_NOT_LOADED = 3;
/** That of the first stage; the others follow in their order. */
const EXIT_FIRST_STAGE = 10;

function exitCodeOfStage(stage: Stage): number {
  return EXIT_FIRST_STAGE + STAGES.indexOf(stage);
}

/** The exit codes as the help of the command tells them. */
export function describeExitCodes(): string {
  const table: readonly [number, string][] = [
    [0, 'passed'],
    [EXIT_NOT_DONE, 'could not be done: the file or the cluster cannot be read'],
    [EXIT_INVALID, 'the spec or the command line is invalid'],
    [EXIT_PASSWORD_NOT_LOADED, 'the password cannot be loaded'],
    ...STAGES.map((stage): [number, string] => [
      exitCodeOfStage(stage),
      `failed in stage ${stage}`,
    ]),
  ];
  return table.map(([code, meaning]) => `  ${String(code).padStart(2)}  ${meaning}`).join('\n');
}

function exitCodeOfOutcome({ result }: Outcome): number {
  switch (result.kind) {
    case 'invalid':
      return EXIT_INVALID;
    case 'password-not-loaded':
      return EXIT_PASSWORD_NOT_LOADED;
    case 'probed':
      return result.probe.healthy ? 0 : exitCodeOfStage(result.probe.failure.stage);
  }
}

/** A Secret that cannot be used shows where a provider needs it. */
function exitCodeOfProblem({ object }: Problem): number {
  if (object === undefined) return EXIT_NOT_DONE;
  return object.startsWith('secret ') ? 0 : EXIT_INVALID;
}

/** That of the first object that is not in order, files before servers. */
export function exitCodeOf({ outcomes, problems }: ProbeReport): number {
  const codes = [...problems.map(exitCodeOfProblem), ...outcomes.map(exitCodeOfOutcome)];
  return codes.find((code) => code !== 0) ?? 0;
}
