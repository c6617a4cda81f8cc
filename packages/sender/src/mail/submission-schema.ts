import { z } from 'zod';
import { attachments } from './attachment-schema.ts';
import { headers } from './headers-schema.ts';
import {
  fitsOctets,
  isBodyText,
  isOneLine,
  MAX_LINE_OCTETS,
  NOT_ONE_LINE,
  NOT_TEXT,
} from './line-text.ts';
import { mailboxes } from './mailbox-schema.ts';
import { isObjectName, isObjectReference } from './object-name.ts';

const MAX_SUBJECT_OCTETS = MAX_LINE_OCTETS - 'Subject: '.length;

const subject = z
  .string('must be a string')
  .refine(isOneLine, { message: NOT_ONE_LINE, abort: true })
  .refine((value) => fitsOctets(value, MAX_SUBJECT_OCTETS), {
    message: `must have at most ${MAX_SUBJECT_OCTETS} octets in UTF-8`,
  })
  .describe('One line');

const body = z.string('must be a string').refine(isBodyText, NOT_TEXT);

const objectName = z
  .string('must be a string')
  .refine(isObjectName, 'must be the name of an object, such as "corporate-relay" (RFC 1123)');

const objectReference = z
  .string('must be a string')
  .refine(isObjectReference, 'must be "name" or "namespace/name" (RFC 1123)');

/** A mail as a caller writes it; limits and what depends on several fields are checked apart. */
export const submissionSchema = z
  .strictObject(
    {
      to: mailboxes.describe('Recipients that the header names'),
      cc: mailboxes.describe('Recipients of a copy that the header names'),
      bcc: mailboxes.describe('Recipients that nobody sees'),
      replyTo: mailboxes.describe('Where answers go'),
      subject: subject.optional(),
      text: body.describe('The body as plain text').optional(),
      html: body.describe('The body as HTML').optional(),
      headers,
      attachments: attachments.describe('Files'),
      provider: objectName.describe('Name of the MailProvider to use').optional(),
      escalation: objectReference
        .describe('BreakglassEscalation whose provider is used, "name" or "namespace/name"')
        .optional(),
      cluster: objectReference
        .describe('ClusterConfig whose provider is used, "name" or "namespace/name"')
        .optional(),
    },
    'must be a JSON object',
  )
  .meta({
    id: 'Mail',
    description:
      'A mail. It needs a recipient in to, cc or bcc, and a subject, a text, an HTML or an attachment.',
  });
