import type { Submission } from '../mail/submission.ts';
import { attachmentPart } from './attachment-part.ts';
import { multipart, type Part } from './part.ts';
import { textPart } from './text-part.ts';

/** The HTML and what it shows (RFC 2387). */
function htmlPart(html: string, shown: Submission['attachments'], id: string): Part {
  return multipart('related', [textPart('html', html), ...shown.map(attachmentPart)], id);
}

/**
 * What people read and the files with it, as one part: text and HTML as alternatives, attachments
 * with a content id beside the HTML, the others beside both.
 */
export function composedMail({ text, html, attachments }: Submission, id: string): Part {
  const shown = html ? attachments.filter(({ contentId }) => contentId !== undefined) : [];
  const parts = attachments.filter((attachment) => !shown.includes(attachment)).map(attachmentPart);
  const readable = html ? htmlPart(html, shown, id) : undefined;
  if (text && readable) {
    parts.unshift(multipart('alternative', [textPart('plain', text), readable], id));
  } else if (text) parts.unshift(textPart('plain', text));
  else if (readable) parts.unshift(readable);
  const [first = textPart('plain', ''), ...others] = parts;
  return multipart('mixed', [first, ...others], id);
}
