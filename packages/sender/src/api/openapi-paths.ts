import { z } from 'zod';
import { PROBLEM_TYPE } from './problem.ts';
import { idempotencyKeySchema, listQuerySchema } from './request-schemas.ts';

const PROBLEMS = {
  400: 'The request is invalid; "errors" has every mistake',
  401: 'No token, or one that is not valid',
  403: 'Without tokens: the call came from a web page, or by a name that is not this machine',
  404: 'No such mail',
  408: 'The request took too long to arrive',
  409: 'The mail is in a state that cannot be changed so, or an attempt is under way',
  413: 'The body is larger than a mail within the limits can be',
  415: 'The body is not plain application/json',
  429: 'The backlog of the provider is full',
  431: 'The headers are too large',
  500: 'An error of the sender',
  503: 'The sender cannot at present',
} as const;
type ProblemStatus = keyof typeof PROBLEMS;

/** What any request can be answered with. */
const ANY: readonly ProblemStatus[] = [400, 401, 403, 408, 431, 500];

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 0 } },
};

function headersOf(status: number): { readonly headers?: unknown } {
  if (status === 401) {
    return { headers: { 'WWW-Authenticate': { schema: { type: 'string', const: 'Bearer' } } } };
  }
  return status === 429 || status === 503 ? { headers: RETRY_AFTER } : {};
}

function problems(
  statuses: readonly (ProblemStatus | 422)[],
  texts: Readonly<Record<number, string>> = {},
): Readonly<Record<string, unknown>> {
  const descriptions: Readonly<Record<number, string>> = { ...PROBLEMS, ...texts };
  const entries = statuses.map((status) => [
    String(status),
    {
      description: descriptions[status],
      ...headersOf(status),
      content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return Object.fromEntries(entries);
}

function json(schema: string): unknown {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
}

const MAIL_ID = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Id of the mail',
  schema: { type: 'string', format: 'uuid' },
};

function queryParameters(): unknown[] {
  const { properties = {}, required = [] } = z.toJSONSchema(listQuerySchema, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function idempotencyKeyParameter(): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(idempotencyKeySchema, { io: 'input' });
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key and mail have the same answer; the same key and another mail, 409.',
    schema,
  };
}

function submitOperation(): unknown {
  return {
    operationId: 'submitMail',
    summary: 'Accept a mail durably',
    parameters: [idempotencyKeyParameter()],
    requestBody: { required: true, content: json('Mail') },
    responses: {
      202: {
        description: 'The mail is stored and will be delivered',
        headers: {
          Location: { description: 'Path of the mail', schema: { type: 'string' } },
        },
        content: json('AcceptedMail'),
      },
      ...problems([...ANY, 404, 409, 413, 415, 422, 429, 503], {
        404: 'The provider does not exist',
        409: 'The idempotency key was used for another mail',
        422: 'The provider cannot be used, or what names it is not there or ambiguous',
      }),
    },
  };
}

function changeOperation(name: 'cancel' | 'retry', summary: string): unknown {
  return {
    parameters: [MAIL_ID],
    post: {
      operationId: `${name}Mail`,
      summary,
      responses: {
        200: { description: 'The mail as it is now', content: json('MailStatus') },
        ...problems([...ANY, 404, 409, 413, 415, 422, 429, 503], {
          422: 'The provider of the mail cannot be used',
        }),
      },
    },
  };
}

/** The paths of the submit API with every answer they have. */
export function openApiPaths(): unknown {
  return {
    '/v1/mails': {
      post: submitOperation(),
      get: {
        operationId: 'listMails',
        summary: 'List the mails in one state, in the order of acceptance',
        parameters: queryParameters(),
        responses: {
          200: { description: 'A page of mails', content: json('MailList') },
          ...problems([...ANY, 503]),
        },
      },
    },
    '/v1/mails/{id}': {
      parameters: [MAIL_ID],
      get: {
        operationId: 'getMail',
        summary: 'Tell where a mail stands',
        responses: {
          200: { description: 'The mail', content: json('MailStatus') },
          ...problems([...ANY, 404, 503]),
        },
      },
    },
    '/v1/mails/{id}/cancel': changeOperation('cancel', 'End a queued mail'),
    '/v1/mails/{id}/retry': changeOperation('retry', 'Queue a dead letter anew'),
    '/openapi.json': {
      get: {
        operationId: 'getDescription',
        summary: 'This document',
        security: [],
        responses: {
          200: { description: 'This document', content: { 'application/json': { schema: {} } } },
        },
      },
    },
  };
}
