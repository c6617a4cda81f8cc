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

function wrongType(path: string, value: unknown, expected: string): FieldError {
  const article = TYPE_NAMES[expected] ?? expected;
  if (value === undefined) return { kind: 'required', path, detail: `must be ${article}` };
  return { kind: 'invalid', path, value, detail: `must be ${article}` };
}

function outOfBounds(
  path: string,
  issue: Extract<Issue, { code: 'too_big' | 'too_small' }>,
): FieldError {
  if (issue.origin !== 'string') {
    const bound =
      issue.code === 'too_small'
        ? `greater than or equal to ${issue.minimum}`
        : `less than or equal to ${issue.maximum}`;
    return { kind: 'invalid', path, value: issue.input, detail: `must be ${bound}` };
  }
  if (issue.code === 'too_big') {
    return { kind: 'tooLong', path, detail: `may not be more than ${issue.maximum} characters` };
  }
  if (issue.input === '') return { kind: 'required', path, detail: 'must not be empty' };
  return {
    kind: 'invalid',
    path,
    value: issue.input,
    detail: `must be at least ${issue.minimum} characters long`,
  };
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
        return {
          kind: 'unsupported',
          path,
          value: issue.input,
          detail: `supported values: ${supported}`,
        };
      }
      default:
        return { kind: 'invalid', path, value: issue.input, detail: issue.message };
    }
  });
}
