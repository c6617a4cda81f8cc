import { type Fields, isFields } from '@mailprovider/provider/fields';
import { z } from 'zod';
import { headerNameProblem, isStructured } from './header-names.ts';
import { fitsOctets, isOneLine, isPlain, MAX_LINE_OCTETS, NOT_ONE_LINE } from './line-text.ts';

type HeaderField = readonly [name: string, value: string];

function valueProblem(name: string, value: string): string | undefined {
  if (!isOneLine(value)) return NOT_ONE_LINE;
  if (value.trim() === '') return 'must not be empty; leave the header out';
  if (!fitsOctets(`${name}: ${value}`, MAX_LINE_OCTETS)) {
    return `must have at most ${MAX_LINE_OCTETS} octets in UTF-8 together with its name`;
  }
  if (isStructured(name) && !isPlain(value)) {
    return 'must be printable ASCII with single spaces and no encoded words: programs read this header';
  }
  return undefined;
}

function headerFields(object: Fields, problem: (name: string, message: string) => void) {
  const seen = new Set<string>();
  const fields: HeaderField[] = [];
  for (const [name, value] of Object.entries(object)) {
    const lower = name.toLowerCase();
    const nameProblem = headerNameProblem(name);
    if (nameProblem !== undefined) problem(name, nameProblem);
    else if (seen.has(lower)) problem(name, 'is there twice; upper and lower case are the same');
    else if (typeof value !== 'string') problem(name, 'must be a string');
    else {
      const message = valueProblem(name, value);
      if (message !== undefined) problem(name, message);
      fields.push([name, value]);
    }
    seen.add(lower);
  }
  return fields;
}

/** Header fields beyond those that have a field of their own. `z.record` would drop `__proto__`. */
export const headers = z
  .custom<Fields>(isFields, 'must be an object of names and values')
  .transform((object, context): readonly HeaderField[] =>
    headerFields(object, (name, message) =>
      context.addIssue({ code: 'custom', path: [name], message }),
    ),
  )
  .meta({
    description: 'Header fields: X-… and those of an allow-list, each with one line of text',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  .optional();
