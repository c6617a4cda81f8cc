import { z } from 'zod';
import { MAIL_STATES } from '../mail/mail-record.ts';

/** A page of 500 mails with a few recipients each is some 200 KB. */
export const MAX_PAGE = 500;
export const DEFAULT_PAGE = 50;

/** The query of `GET /v1/mails`. */
export const listQuerySchema = z.strictObject({
  state: z.enum(MAIL_STATES, `must be one of ${MAIL_STATES.join(', ')}`),
  limit: z
    .string(`must be a number from 1 to ${MAX_PAGE}`)
    .regex(/^[1-9]\d{0,2}$/, { message: `must be a number from 1 to ${MAX_PAGE}`, abort: true })
    .transform(Number)
    .refine((limit) => limit <= MAX_PAGE, `must be a number from 1 to ${MAX_PAGE}`)
    .default(DEFAULT_PAGE),
  after: z
    .string('must be the "next" of the page before')
    .regex(/^[\w-]{1,64}$/, 'must be the "next" of the page before')
    .optional(),
});

/** A key of 1 to 255 printable ASCII characters. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[ -~]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

const MAIL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether this can be the id of a mail; another is that of none. */
export function isMailId(id: string): boolean {
  return MAIL_ID.test(id);
}
