import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { detectMimeType } from 'nodemailer/lib/mime-funcs/index.js';
import type MimeNode from 'nodemailer/lib/mime-node/index.js';
import type { Attachment, Submission } from '../mail/submission.ts';
import type { MailIdentity } from './mail-identity.ts';

/** RFC 2045 section 5.1: a type, and parameters that are not read here. */
const MEDIA_TYPE = /^([!#$%&'*+.^_`|~\w-]+)\/[!#$%&'*+.^_`|~\w-]+(?:;[ -~]*)?$/;
/** Base64 would break them (RFC 2046 sections 5.1 and 5.2.1), and as they are they need not fit into lines. */
const COMPOSITE_TYPES = ['message', 'multipart'];
const BYTES = 'application/octet-stream';

function mediaType({ contentType, filename }: Attachment): string {
  const type = contentType ?? detectMimeType(filename);
  const topLevel = MEDIA_TYPE.exec(type)?.[1]?.toLowerCase();
  return topLevel === undefined || COMPOSITE_TYPES.includes(topLevel) ? BYTES : type;
}

function attached(attachment: Attachment) {
  const { filename, content, contentId } = attachment;
  return {
    filename,
    contentType: mediaType(attachment),
    contentTransferEncoding: 'base64',
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    ...(contentId === undefined ? {} : { cid: contentId, contentDisposition: 'inline' }),
  };
}

/** A longer text is base64: to find the lines of quoted-printable takes 50 times as long. */
const READABLE_TEXT_MAX = 65_536;

/** A text with CR and LF only together (RFC 5322 section 2.3). */
function textPart(text: string) {
  const content = text.replaceAll(/\r\n?|\n/g, '\r\n');
  if (content.length <= READABLE_TEXT_MAX) return content;
  return { content: Buffer.from(content), contentTransferEncoding: 'base64' };
}

/** Characters that may stand in a boundary (RFC 2046 section 5.1.1), and few enough of them. */
function boundaryOf(messageId: string): string {
  return messageId.replaceAll(/[^\w-]/g, '').slice(0, 48);
}

/** The parts of a mail as a tree, and of the header fields Message-ID, Date and those of MIME. */
export function composedMail(
  { text, html, attachments }: Submission,
  { messageId, date }: MailIdentity,
): MimeNode {
  const composer = new MailComposer({
    messageId,
    date,
    baseBoundary: boundaryOf(messageId),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(text === undefined ? {} : { text: textPart(text) }),
    ...(html === undefined ? {} : { html: textPart(html) }),
    attachments: attachments.map(attached),
  });
  return composer.compile();
}
