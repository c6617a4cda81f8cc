import { z } from 'zod';
import { SESSION_REASONS } from './reasons.ts';

const timestamp = (description: string) =>
  z.string().meta({ description, format: 'date-time' }).optional();

/** `metav1.Condition`, with its limits. */
const condition = z
  .object({
    type: z.string().max(316).meta({ description: 'Type of the condition in CamelCase.' }),
    status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'Status of the condition.' }),
    observedGeneration: z.int().min(0).optional().meta({
      description: 'metadata.generation that the condition was set upon.',
      format: 'int64',
    }),
    lastTransitionTime: z.string().meta({
      description: 'Last time the condition changed from one status to another.',
      format: 'date-time',
    }),
    reason: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .meta({ description: 'Reason of the last transition, one CamelCase word.' }),
    message: z.string().max(32_768).meta({ description: 'Details for people; may be empty.' }),
  })
  .meta({ description: 'One aspect of the current state.' });

const authSuspension = z
  .object({
    until: z.string().meta({
      description: 'No login is tried before this time.',
      format: 'date-time',
    }),
    target: z.string().meta({ description: 'Server that refused the login, as host:port.' }),
    user: z.string().meta({ description: 'User name that was refused.' }),
    secretVersion: z
      .string()
      .meta({ description: 'resourceVersion of the Secret that was read for the login.' }),
    reason: z
      .enum(SESSION_REASONS)
      .meta({ description: 'Why the login failed; the reason of Healthy meanwhile.' }),
    code: z.int().optional().meta({ description: 'Reply code of the server.', format: 'int32' }),
  })
  .meta({
    description:
      'A login that failed and is not repeated before a time, lest the account be locked. Does not count for another server, user name or version of the Secret.',
  });

/** The observed state of a MailProvider. */
export const statusSchema = z
  .object({
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'metadata.generation that this status speaks of.', format: 'int64' }),
    conditions: z
      .array(condition)
      .meta({
        description: 'Ready, Healthy and PasswordLoaded; Default where spec.default is true.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      })
      .optional(),
    lastHealthCheck: timestamp('Time of the last successful health check.'),
    certificateExpiry: timestamp('When the certificate that the server last showed ends.'),
    authSuspension: authSuspension.optional(),
    lastSendAttempt: timestamp('Time of the last attempt to send a mail.'),
    lastSendError: z
      .string()
      .max(1024)
      .optional()
      .meta({ description: 'Why the last attempt failed; empty after a success.' }),
  })
  .meta({ description: 'Observed state of the mail provider.' });

export type MailProviderStatus = z.output<typeof statusSchema>;
export type AuthSuspension = z.output<typeof authSuspension>;
export type Condition = z.output<typeof condition>;
export type ConditionStatus = Condition['status'];
