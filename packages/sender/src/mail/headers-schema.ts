import { z } from 'zod';
import { headerNameProblem } from './header-names.ts';
import { fitsOctets, isOneLine, MAX_LINE_OCTETS, NOT_ONE_LINE } from './line-text.ts';

type HeaderField = readonly [name: string, value: string];

function valueProblem(name: string, value: string): string | undefined {
  if (!isOneLine(value)) return NOT_ONE_LINE;
  if (value.trim() === '') return 'must not be empty; leave the header out';
  if (!fitsOctets(`${name}: ${value}`, MAX_LINE_OCTETS)) {
    return `must have at most ${MAX_LINE_OCTETS} octets in UTF-8 together with its name`;
  }
  return undefined;
}

/** What is wrong with header fields, by name. */
function* problemsOf(fields: readonly HeaderField[]): Generator<HeaderField> {
  const seen = new Set<string>();
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    const repeated = seen.has(lower)
      ? 'is given twice; names are the same in either case'
      : undefined;
    seen.add(lower);
    const problem = headerNameProblem(name) ?? repeated ?? valueProblem(name, value);
    if (problem !== undefined) yield [name, problem];
  }
}

/** Header fields beyond those that have a field of their own. */
export const headers = z
  .record(z.string(), z.string('must be a string'), 'must be an object of names and values')
  .transform((object, context): readonly HeaderField[] => {
    const fields = Object.entries(object);
    for (const [name, message] of problemsOf(fields)) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
    return fields;
  })
  .describe('Header fields: X-… and those of an allow-list, each with one line of text')
  .optional();
