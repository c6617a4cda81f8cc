import { z } from 'zod';
import { fitsOctets, isOneLine, NOT_ONE_LINE } from './line-text.ts';
import type { Attachment } from './submission.ts';

/** What file systems allow for a name. */
const MAX_FILENAME_OCTETS = 255;
/** RFC 6838 section 4.2 allows 127 for each half of a media type. */
const MAX_MEDIA_TYPE = 255;
const MAX_CONTENT_ID = 128;

const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:; ?[\w!#$&^.+-]{1,64}=[\w!#$&^.+:-]{1,127})*$/;
/** They are messages or parts of their own and may not be base64 (RFC 2046 sections 5.1 and 5.2). */
const COMPOSITE_TYPE = /^(?:multipart|message)\//i;
const CONTENT_ID = /^[\w!#$%&'*+/=?^`{|}~.-]+(?:@[\w.-]+)?$/;

const filename = z
  .string('must be a string, the name that the attachment is to have')
  .min(1, { message: 'must not be empty', abort: true })
  .refine(isOneLine, { message: NOT_ONE_LINE, abort: true })
  .refine((name) => !/[/\\]/.test(name), 'must be a name without a folder, without / and \\')
  .refine((name) => fitsOctets(name, MAX_FILENAME_OCTETS), {
    message: `must have at most ${MAX_FILENAME_OCTETS} octets in UTF-8`,
  })
  .describe('Name that the attachment has for its reader; no path');

/** The octets, or nothing where the text is not exactly what encodes them (RFC 4648 section 3.5). */
function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const content = z
  .string('must be a string, the content as base64')
  .transform((text, context): Uint8Array => {
    const bytes = decodeBase64(text);
    if (bytes !== undefined) return bytes;
    const message = 'must be base64 (RFC 4648 section 4) with its padding and without line breaks';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ description: 'The content as base64, without line breaks', contentEncoding: 'base64' });

const contentType = z
  .string('must be a string such as "application/pdf"')
  .refine((type) => type.length <= MAX_MEDIA_TYPE && MEDIA_TYPE.test(type), {
    message: 'must be a media type such as "application/pdf" or "text/plain; charset=utf-8"',
    abort: true,
  })
  .refine(
    (type) => !COMPOSITE_TYPE.test(type),
    'must not be multipart/… or message/…; use "application/octet-stream"',
  )
  .describe('Media type; without it that of the filename');

const contentId = z
  .string('must be a string')
  .refine(
    (id) => id.length <= MAX_CONTENT_ID && CONTENT_ID.test(id),
    'must be an id such as "logo" or "logo@example.com", without < and >, of at most 128 characters',
  )
  .describe('Makes it an inline part that "cid:<contentId>" in the HTML refers to');

const ATTACHMENT_FORM = 'must be {"filename": "…", "content": "<base64>"}';

export const attachments = z
  .array(
    z
      .strictObject(
        {
          filename,
          content,
          contentType: contentType.optional(),
          contentId: contentId.optional(),
        },
        ATTACHMENT_FORM,
      )
      .meta({
        id: 'Attachment',
        description: 'A file, as its content; paths and URLs are not read.',
      })
      .transform(
        ({ filename, content, contentType, contentId }): Attachment => ({
          filename,
          content,
          ...(contentType === undefined ? {} : { contentType }),
          ...(contentId === undefined ? {} : { contentId }),
        }),
      ),
    `must be a list; each entry ${ATTACHMENT_FORM}`,
  )
  .optional();
