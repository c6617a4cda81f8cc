import { STATUS_CODES } from 'node:http';
import { PROBLEM_TYPE } from './problem.ts';

/** What the answers with an error mean, where a path does not say more. */
const PROBLEMS = {
  400: 'The request is invalid; "errors" has every mistake',
  401: 'No token, or one that is not valid',
  403: 'The caller may not do that; without tokens: the call came from a web page, or by a name that is not this machine',
  404: 'No such mail',
  408: 'The request took too long to arrive',
  409: 'The mail is in a state that cannot be changed so, or an attempt is under way',
  413: 'The body is larger than a mail within the limits can be',
  415: 'The body is not plain application/json',
  422: 'The provider cannot be used, or what names it is not there or ambiguous',
  429: 'The backlog of the provider is full, or the caller submitted as many mails as it may in that time',
  431: 'The headers are too large',
  500: 'An error of the sender',
  503: 'The sender cannot at present, or could not find out who calls and with which rights',
} as const;
export type ProblemStatus = keyof typeof PROBLEMS;

/** What any request can be answered with. */
const ANY = [400, 401, 403, 408, 431, 500, 503] as const;

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds after which it is worth trying again',
    schema: { type: 'integer', minimum: 0 },
  },
};

function headersOf(status: number): { readonly headers?: unknown } {
  if (status === 401) {
    return { headers: { 'WWW-Authenticate': { schema: { type: 'string', const: 'Bearer' } } } };
  }
  return status === 429 || status === 503 ? { headers: RETRY_AFTER } : {};
}

function nameOf(status: string): string {
  return (STATUS_CODES[status] ?? status).replaceAll(/[^A-Za-z]/g, '');
}

function response(status: number, description: string): unknown {
  return {
    description,
    ...headersOf(status),
    content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** The responses that paths refer to, by name. */
export function problemComponents(): unknown {
  const entries = Object.entries(PROBLEMS).map(([status, description]) => [
    nameOf(status),
    response(Number(status), description),
  ]);
  return Object.fromEntries(entries);
}

/** The answers with an error that a path has beyond those that all have. */
export function problemResponses(
  statuses: readonly ProblemStatus[],
  descriptions: Readonly<Partial<Record<ProblemStatus, string>>> = {},
): Readonly<Record<string, unknown>> {
  const entries = [...ANY, ...statuses].map((status) => {
    const description = descriptions[status];
    const shared = { $ref: `#/components/responses/${nameOf(String(status))}` };
    return [status, description === undefined ? shared : response(status, description)];
  });
  return Object.fromEntries(entries);
}
