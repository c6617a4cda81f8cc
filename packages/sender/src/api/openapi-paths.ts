import { z } from 'zod';
import { MAIL_STATES } from '../mail/mail-record.ts';
import { type ProblemStatus, problemResponses } from './openapi-problems.ts';
import { DEFAULT_PAGE, idempotencyKeySchema, MAX_PAGE } from './request-schemas.ts';

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

const LIST_PARAMETERS = [
  { name: 'state', in: 'query', required: true, schema: { enum: MAIL_STATES } },
  {
    name: 'limit',
    in: 'query',
    description: 'Mails on a page',
    schema: { type: 'integer', minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE },
  },
  {
    name: 'after',
    in: 'query',
    description: 'The "next" of the page before',
    schema: { type: 'string' },
  },
];

function idempotencyKeyParameter(): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(idempotencyKeySchema, { io: 'input' });
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'The same key and mail of a caller have the same answer; the same key and another mail, 409.',
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
      ...problemResponses([404, 409, 413, 415, 422, 429], {
        403: 'The caller may not use the provider, or one of its fallbacks',
        404: 'The provider does not exist',
        409: 'The idempotency key was used for another mail',
      }),
    },
  };
}

const CHANGE_STATUSES = [404, 409, 413, 415] as const;

function changeOperation(
  name: 'cancel' | 'retry',
  summary: string,
  statuses: readonly ProblemStatus[],
): unknown {
  return {
    parameters: [MAIL_ID],
    post: {
      operationId: `${name}Mail`,
      summary,
      responses: {
        200: { description: 'The mail as it is now', content: json('MailStatus') },
        ...problemResponses(statuses),
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
        summary:
          'List the mails in one state, in the order of acceptance: those of the caller, or, with the right to list mailproviders/mails, of all',
        parameters: LIST_PARAMETERS,
        responses: {
          200: { description: 'A page of mails', content: json('MailList') },
          ...problemResponses([]),
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
          ...problemResponses([404]),
        },
      },
    },
    '/v1/mails/{id}/cancel': changeOperation('cancel', 'End a queued mail', CHANGE_STATUSES),
    '/v1/mails/{id}/retry': changeOperation('retry', 'Queue a dead letter anew', [
      ...CHANGE_STATUSES,
      429,
    ]),
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
