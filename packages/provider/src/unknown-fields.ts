import type { OpenApiSchema } from './crd.ts';
import { isFields } from './fields.ts';

/**
 * The paths of fields that the schema does not know, as the API server's strict decoding lists
 * them. `metadata` is left out: its fields are not ours.
 */
export function unknownFields(value: unknown, schema: OpenApiSchema, path = ''): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((item, index) => unknownFields(item, items, `${path}[${index}]`));
  }
  const { properties } = schema;
  if (!isFields(value) || properties === undefined) return [];
  return Object.entries(value).flatMap(([field, child]) => {
    const at = path === '' ? field : `${path}.${field}`;
    const childSchema = properties[field];
    return childSchema === undefined ? [at] : unknownFields(child, childSchema, at);
  });
}
