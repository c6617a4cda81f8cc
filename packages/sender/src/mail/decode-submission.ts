import { isFields } from '@mailprovider/provider/fields';
import type { z } from 'zod';
import type { Submission, SubmissionProblem } from './submission.ts';
import { boundProblems, missingProblems } from './submission-bounds.ts';
import type { SubmissionLimits } from './submission-limits.ts';
import { submissionProblems } from './submission-problems.ts';
import { submissionSchema } from './submission-schema.ts';

export type DecodedSubmission =
  | { readonly kind: 'decoded'; readonly submission: Submission }
  | { readonly kind: 'invalid'; readonly problems: readonly SubmissionProblem[] };

function submissionOf(mail: z.output<typeof submissionSchema>): Submission {
  const { to = [], cc = [], bcc = [], replyTo = [], headers = [], attachments = [] } = mail;
  const { subject = '', text, html, provider, escalation, cluster } = mail;
  return {
    to,
    cc,
    bcc,
    replyTo,
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    headers,
    attachments,
    ...(provider === undefined ? {} : { provider }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

/**
 * Checks what a caller wants sent, the body of `POST /v1/mails` as JSON has it.
 *
 * Tells all problems at once, except that a mail over the limits is only told of these. Texts are
 * kept as they were written.
 */
export function decodeSubmission(input: unknown, limits: SubmissionLimits): DecodedSubmission {
  if (!isFields(input)) {
    return { kind: 'invalid', problems: [{ field: '', message: 'must be a JSON object' }] };
  }
  const beyond = boundProblems(input, limits);
  if (beyond.length > 0) return { kind: 'invalid', problems: beyond };
  const missing = missingProblems(input);
  const parsed = submissionSchema.safeParse(input);
  if (parsed.success && missing.length === 0) {
    return { kind: 'decoded', submission: submissionOf(parsed.data) };
  }
  const found = parsed.success ? [] : submissionProblems(parsed.error.issues);
  return { kind: 'invalid', problems: [...missing, ...found] };
}
