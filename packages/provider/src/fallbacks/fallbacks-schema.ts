import { z } from 'zod';
import { OBJECT_NAME } from '../object-name.ts';

/** `spec.fallbacks`: at most ten names, each once. */
export const fallbacks = z
  .array(
    z
      .string()
      .min(1, { abort: true })
      .max(253, { abort: true })
      .regex(
        OBJECT_NAME,
        'must be a valid MailProvider name: lower case letters, digits, "-" and "."',
      )
      .meta({ description: 'Name of a MailProvider.' }),
  )
  .max(10, { abort: true })
  .superRefine((names, context) => {
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      const message = 'must not be named twice';
      context.addIssue({ code: 'custom', message, path: [index], input: name });
    }
  })
  .meta({
    description:
      'MailProviders that send in place of this one while it cannot, in this order and with their own From.',
    'x-kubernetes-list-type': 'set',
  });
