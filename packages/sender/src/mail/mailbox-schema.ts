import { z } from 'zod';
import { addressProblem } from './address.ts';
import { fitsOctets, isOneLine, NOT_ONE_LINE } from './line-text.ts';
import type { Mailbox } from './submission.ts';

/** In quotes with every character escaped, and with the address, still less than a line of 998. */
const MAX_NAME_OCTETS = 256;

const MAILBOX_FORM = 'must be "user@example.com" or {"address": "user@example.com", "name": "…"}';

const address = z
  .string('must be a string such as "user@example.com"')
  .superRefine((value, context) => {
    const message = addressProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .meta({
    id: 'Address',
    description: 'user@example.com; UTF-8 on both sides of the @ (RFC 6531), no name, no brackets',
  });

const mailboxObject = z
  .strictObject(
    {
      address,
      name: z
        .string('must be a string')
        .refine(isOneLine, { message: NOT_ONE_LINE, abort: true })
        .refine((name) => fitsOctets(name, MAX_NAME_OCTETS), {
          message: `must have at most ${MAX_NAME_OCTETS} octets in UTF-8`,
        })
        .optional(),
    },
    MAILBOX_FORM,
  )
  .meta({ id: 'Mailbox', description: 'A mailbox with the name that readers are shown.' });

const fromAddress = address.transform((value): Mailbox => ({ address: value }));

const fromObject = mailboxObject.transform(
  ({ address, name }): Mailbox => (name ? { address, name } : { address }),
);

/** One mailbox or a list of them; what it says of a mistake is told by the kind of value. */
export const mailboxes = z
  .union(
    [
      fromAddress.transform((one): readonly Mailbox[] => [one]),
      fromObject.transform((one): readonly Mailbox[] => [one]),
      z.array(z.union([fromAddress, fromObject], MAILBOX_FORM)),
    ],
    `${MAILBOX_FORM}, or a list of these`,
  )
  .meta({ id: 'Mailboxes', description: 'One mailbox or a list of them.' })
  .optional();
