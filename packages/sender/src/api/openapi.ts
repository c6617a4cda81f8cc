import { z } from 'zod';
import type { SubmissionLimits } from '../mail/submission-limits.ts';
import { submissionSchema } from '../mail/submission-schema.ts';
import { acceptedSchema, mailListSchema, mailViewSchema } from './mail-view.ts';
import { openApiPaths } from './openapi-paths.ts';
import { problemComponents } from './openapi-problems.ts';
import { problemSchema } from './problem.ts';

/** Version of the API, which is that of its paths. */
const API_VERSION = '1.0.0';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Every schema that has an id, by it. */
function componentSchemas({ attachments, headerFields }: SubmissionLimits): unknown {
  const roots = z.tuple([
    submissionSchema,
    acceptedSchema,
    mailViewSchema,
    mailListSchema,
    problemSchema,
  ]);
  const { $defs = {} } = z.toJSONSchema(roots, { io: 'input', unrepresentable: 'any' });
  const fields = $defs['Mail']?.properties;
  bound(fields?.['attachments'], { maxItems: attachments });
  bound(fields?.['headers'], { maxProperties: headerFields });
  const text = JSON.stringify($defs).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text);
}

function bound(schema: JsonSchema | boolean | undefined, limit: JsonSchema): void {
  if (typeof schema === 'object') Object.assign(schema, limit);
}

/** The OpenAPI 3.1 description of the submit API, from the schemas that check what is sent. */
export function openApiDocument(limits: SubmissionLimits): unknown {
  return {
    openapi: '3.1.1',
    info: {
      title: 'MailProvider submit API',
      version: API_VERSION,
      description: `Accepts mails durably and delivers them. A mail has at most ${limits.recipients} recipients, ${limits.attachments} attachments, ${limits.headerFields} header fields, and ${limits.contentBytes} bytes of text, HTML and decoded attachments.`,
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths: openApiPaths(),
    components: {
      schemas: componentSchemas(limits),
      responses: problemComponents(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A ServiceAccount token for the audience mailprovider-sender (--token-review), or the token of --token-file; without both, calls from the machine itself need none.',
        },
      },
    },
  };
}
