import type { Attachment, Submission } from '../mail/submission.ts';
import { attachmentPart } from './attachment-part.ts';
import { multipart, type Part } from './part.ts';
import { textPart } from './text-part.ts';

/** Text and HTML as alternatives, the HTML with what it shows. */
function readablePart(
  { text, html }: Submission,
  shown: readonly Attachment[],
  id: string,
): Part | undefined {
  const plain = text ? textPart('plain', text) : undefined;
  const rich = html
    ? multipart('related', textPart('html', html), shown.map(attachmentPart), id)
    : undefined;
  return plain && rich ? multipart('alternative', plain, [rich], id) : (plain ?? rich);
}

/** What people read and the files with it, as one part; a file with a content id is shown by the HTML. */
export function composedMail(submission: Submission, id: string): Part {
  const { html, attachments } = submission;
  const shown = html ? attachments.filter(({ contentId }) => contentId !== undefined) : [];
  const attached = attachments.filter((file) => !shown.includes(file)).map(attachmentPart);
  const readable = readablePart(submission, shown, id);
  const parts = readable === undefined ? attached : [readable, ...attached];
  const [first = textPart('plain', ''), ...others] = parts;
  return multipart('mixed', first, others, id);
}
