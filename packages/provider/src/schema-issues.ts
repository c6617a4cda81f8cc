import type { z } from 'zod';
import type { FieldError } from './field-error.ts';

type Issue = z.core.$ZodIssue;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'an integer',
  number: 'an integer',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function pathOf(root: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : `${path}.${String(key)}`),
    root,
  );
}

/** What stands below these paths is close to a secret, and may be one in the wrong place. */
const NEVER_SHOWN = ['spec.smtp.passwordRef', 'spec.smtp.certificateAuthority'];

/** The value as a part of a field error, if it may be shown. */
function shown(path: string, value: unknown): Pick<FieldError, 'value'> {
  if (NEVER_SHOWN.some((prefix) => path.startsWith(prefix))) return {};
  if (typeof value === 'number' || typeof value === 'boolean') return { value };
  // `user:password@host` is what people paste into a host.
  if (typeof value === 'string' && !(path.endsWith('.host') && value.includes('@'))) {
    return { value };
  }
  return {};
}

/** Names the type found and not the value, as the API server does: anything may be in there. */
function wrongType(path: string, value: unknown, expected: string): FieldError {
  const detail = `must be ${TYPE_NAMES[expected] ?? expected}`;
  if (value === undefined) return { kind: 'required', path, detail };
  if (typeof value === 'number') return { kind: 'invalid', path, value, detail };
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return { kind: 'invalid', path, value: found, detail };
}

function outOfBounds(
  path: string,
  issue: Extract<Issue, { code: 'too_big' | 'too_small' }>,
): FieldError {
  if (issue.origin === 'array' && issue.code === 'too_big') {
    const value = Array.isArray(issue.input) ? { value: issue.input.length } : {};
    return { kind: 'tooMany', path, ...value, detail: `must have at most ${issue.maximum} items` };
  }
  if (issue.origin !== 'string') {
    const bound =
      issue.code === 'too_small'
        ? `greater than or equal to ${issue.minimum}`
        : `less than or equal to ${issue.maximum}`;
    return { kind: 'invalid', path, ...shown(path, issue.input), detail: `must be ${bound}` };
  }
  if (issue.code === 'too_big') {
    return { kind: 'tooLong', path, detail: `may not be more than ${issue.maximum} characters` };
  }
  if (issue.input === '') return { kind: 'required', path, detail: 'must not be empty' };
  const detail = `must be at least ${issue.minimum} characters long`;
  return { kind: 'invalid', path, ...shown(path, issue.input), detail };
}

/** Turns what the schema found wrong below `root` into field errors. */
export function fieldErrorsOf(root: string, issues: readonly Issue[]): FieldError[] {
  return issues.map((issue) => {
    const path = pathOf(root, issue.path);
    switch (issue.code) {
      case 'invalid_type':
        return wrongType(path, issue.input, issue.expected);
      case 'too_big':
      case 'too_small':
        return outOfBounds(path, issue);
      case 'invalid_value': {
        const supported = issue.values.map((value) => JSON.stringify(value)).join(', ');
        const detail = `supported values: ${supported}`;
        return { kind: 'unsupported', path, ...shown(path, issue.input), detail };
      }
      default:
        return { kind: 'invalid', path, ...shown(path, issue.input), detail: issue.message };
    }
  });
}
