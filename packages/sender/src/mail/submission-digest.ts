import { createHash } from 'node:crypto';
import { isFields } from '@mailprovider/provider/fields';

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isFields(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join()}}`;
}

/**
 * SHA-256 of a JSON value in its canonical form (RFC 8785), in hexadecimal: the same for any order
 * of members and any spacing.
 *
 * For submissions that were decoded: others may be nested too deeply.
 */
export function digestOf(submission: unknown): string {
  return createHash('sha256').update(canonical(submission)).digest('hex');
}
