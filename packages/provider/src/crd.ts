import { z } from 'zod';
import { GROUP, KIND, LIST_KIND, PLURAL, SINGULAR, VERSION } from './identity.ts';
import { specSchema } from './schema.ts';
import { statusSchema } from './status-schema.ts';

/** Part of an OpenAPI v3 schema as a CRD holds it. */
export interface OpenApiSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly items?: OpenApiSchema;
  readonly [keyword: string]: unknown;
}

/** A structural schema (apiextensions.k8s.io/v1) of what a user may write. */
export function openApiSchemaOf(schema: z.ZodType): OpenApiSchema {
  const converted = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      // JavaScript's own bounds of an integer are no rule of the API.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // date-time already says it, and better.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return JSON.parse(JSON.stringify(converted));
}

const condition = (type: string, field: string) =>
  `.status.conditions[?(@.type=="${type}")].${field}`;

const PRINTER_COLUMNS = [
  { name: 'Host', type: 'string', jsonPath: '.spec.smtp.host' },
  { name: 'Port', type: 'integer', jsonPath: '.spec.smtp.port' },
  { name: 'Default', type: 'boolean', jsonPath: '.spec.default' },
  { name: 'Ready', type: 'string', jsonPath: condition('Ready', 'status') },
  { name: 'Healthy', type: 'string', jsonPath: condition('Healthy', 'status'), priority: 1 },
  { name: 'Reason', type: 'string', jsonPath: condition('Healthy', 'reason'), priority: 1 },
  { name: 'Last-Check', type: 'date', jsonPath: '.status.lastHealthCheck', priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** The schema of a whole MailProvider; metadata is the API server's own. */
export function objectSchema(): OpenApiSchema {
  return {
    type: 'object',
    description: 'MailProvider declares an SMTP server that mail may be sent through.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Versioned schema of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec: openApiSchemaOf(specSchema),
      status: openApiSchemaOf(statusSchema),
    },
  };
}

/** The CustomResourceDefinition that `manifests/crd.yaml` holds. */
export function customResourceDefinition(): unknown {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind: KIND, listKind: LIST_KIND, plural: PLURAL, singular: SINGULAR },
      scope: 'Cluster',
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: PRINTER_COLUMNS,
          schema: { openAPIV3Schema: objectSchema() },
        },
      ],
    },
  };
}
