import type { z } from 'zod';
import type { SubmissionProblem } from './submission.ts';

type Issue = z.core.$ZodIssue;

/** More of them help nobody, and a hostile mail could ask for millions. */
const MAX_PROBLEMS = 100;
/** Longer names are cut: they are the caller's, and may be whole mails. */
const MAX_SHOWN_NAME = 80;

const PLAIN_NAME = /^[\w-]{1,80}$/;

function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = String(key);
    if (!PLAIN_NAME.test(name)) return `${path}[${JSON.stringify(name.slice(0, MAX_SHOWN_NAME))}]`;
    return path === '' ? name : `${path}.${name}`;
  }, '');
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/**
 * The problems of the alternative that was meant: the one that did not fail at the kind of the
 * value, if there is one.
 */
function meantIssues(issue: UnionIssue): readonly Issue[] | undefined {
  return issue.errors.find((issues) =>
    issues.every(({ code, path }) => code !== 'invalid_type' || path.length > 0),
  );
}

function problemsOf(issue: Issue, parent: readonly PropertyKey[]): SubmissionProblem[] {
  const path = [...parent, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MAX_PROBLEMS).map((key) => ({
        field: pathOf([...path, key]),
        message: 'is no field that is known here; remove it, or correct its name',
      }));
    case 'invalid_union': {
      const meant = meantIssues(issue);
      if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, path));
      return [{ field: pathOf(path), message: issue.message }];
    }
    default:
      return [{ field: pathOf(path), message: issue.message }];
  }
}

/** Says what a schema found wrong; at most `MAX_PROBLEMS` of it. */
export function submissionProblems(issues: readonly Issue[]): SubmissionProblem[] {
  const problems: SubmissionProblem[] = [];
  for (const issue of issues) {
    problems.push(...problemsOf(issue, []));
    if (problems.length >= MAX_PROBLEMS) return problems.slice(0, MAX_PROBLEMS);
  }
  return problems;
}
