import {
  buildHeaderValue,
  detectMimeType,
  parseHeaderValue,
} from 'nodemailer/lib/mime-funcs/index.js';
import type { Attachment } from '../mail/submission.ts';
import { base64Lines } from './base64-lines.ts';
import { headerField } from './header-field.ts';
import type { Part } from './part.ts';

/** RFC 2045 section 5.1: a type, and parameters that are not read here. */
const MEDIA_TYPE = /^([!#$%&'*+.^_`|~\w-]+)\/[!#$%&'*+.^_`|~\w-]+(?:;[ -~]*)?$/;
/** Base64 would break them (RFC 2046 sections 5.1 and 5.2.1), and as they are they need not fit into lines. */
const COMPOSITE_TYPES = ['message', 'multipart'];
const BYTES = 'application/octet-stream';
/** Beyond what a msg-id may have (RFC 5322 section 3.6.4). */
const NOT_IN_ID = /[^!-;=?-~]/g;

function mediaType({ contentType, filename }: Attachment): string {
  const type = contentType ?? detectMimeType(filename);
  const topLevel = MEDIA_TYPE.exec(type)?.[1]?.toLowerCase();
  if (topLevel === undefined || COMPOSITE_TYPES.includes(topLevel)) return BYTES;
  return buildHeaderValue(parseHeaderValue(type));
}

/** A file; with a content id it is shown where the HTML refers to it. */
export function attachmentPart(attachment: Attachment): Part {
  const { filename, content, contentId } = attachment;
  const disposition = {
    value: contentId === undefined ? 'attachment' : 'inline',
    params: { filename },
  };
  const fields = [
    headerField('Content-Type', mediaType(attachment)),
    headerField('Content-Disposition', buildHeaderValue(disposition)),
    contentId === undefined
      ? ''
      : headerField('Content-ID', `<${contentId.replaceAll(NOT_IN_ID, '')}>`),
    'Content-Transfer-Encoding: base64\r\n',
  ];
  return { fields: fields.join(''), content: () => base64Lines(content) };
}
