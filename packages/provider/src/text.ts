import { z } from 'zod';

/** True if every character may stand in one line of text: no CR, LF, NUL or other C0 control or DEL. */
function isOneLine(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return false;
  }
  return true;
}

/**
 * A string of at most `max` characters on one line.
 *
 * Every value of this kind ends up in an SMTP command or a mail header, where a line break would
 * start a new one.
 */
export function oneLine(max: number): z.ZodString {
  return z
    .string()
    .max(max, { abort: true })
    .refine(isOneLine, 'must not contain line breaks or other control characters');
}
