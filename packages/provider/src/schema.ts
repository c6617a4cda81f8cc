import { z } from 'zod';
import { certificateAuthorityProblem } from './certificate-authority.ts';
import { fallbacks } from './fallbacks/fallbacks-schema.ts';
import { hostProblem } from './host.ts';
import { OBJECT_NAME } from './object-name.ts';
import { oneLine } from './text.ts';

/** RFC 5321 dot-string local part, at least two domain labels. Shared with the CRD, so RE2 syntax only. */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$/;
/** The API server's rule for keys: neither "." nor anything that begins with "..". */
const SECRET_KEY = /^(\.?[-_a-zA-Z0-9][-._a-zA-Z0-9]*)$/;
/** Empty counts as absent: clients in Go write it so. */
const NAMESPACE = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/;

/** The whole Mozilla root store is about 220 KB; old and new object together stay far below the API server's 3 MB. */
const CERTIFICATE_AUTHORITY_MAX = 262_144;

/** A check on top of the type whose message is one of ours; the CRD keeps the limits only. */
function checked(schema: z.ZodString, problem: (value: string) => string | undefined): z.ZodString {
  return schema.superRefine((value, context) => {
    const message = problem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message, input: value });
  });
}

/** The names of RFC 4616, of the widespread LOGIN, and of RFC 2195. */
const AUTH_METHODS = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const;

const TLS_MODES = ['auto', 'implicit', 'starttls', 'opportunistic', 'none'] as const;

const passwordRef = z
  .object({
    name: z
      .string()
      .min(1, { abort: true })
      .max(253, { abort: true })
      .regex(OBJECT_NAME, 'must be a valid Secret name: lower case letters, digits, "-" and "."')
      .meta({ description: 'Name of the Secret.' }),
    namespace: z
      .string()
      .max(63, { abort: true })
      .regex(NAMESPACE, 'must be a valid namespace name: lower case letters, digits and "-"')
      .optional()
      .meta({
        description:
          'Namespace of the Secret. Must be the namespace that credentials are read from; filled in when absent.',
      }),
    key: z
      .string()
      .min(1, { abort: true })
      .max(253, { abort: true })
      .regex(SECRET_KEY, 'must be a valid Secret key: letters, digits, "-", "_" and "."')
      .meta({ description: 'Key in the Secret that holds the password.' }),
  })
  .meta({ description: 'Reference to the Secret key that holds the password of username.' });

const smtp = z
  .object({
    host: checked(z.string().min(1, { abort: true }).max(253, { abort: true }), hostProblem).meta({
      description: 'SMTP server: a host name, an IPv4 address or an IPv6 address without brackets.',
    }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .meta({ description: 'SMTP port: 587 (STARTTLS), 465 (implicit TLS) or 25 (relay).' }),
    username: oneLine(320)
      .optional()
      .meta({ description: 'User name for SMTP authentication. Needs passwordRef.' }),
    passwordRef: passwordRef.optional(),
    insecureSkipVerify: z.boolean().default(false).meta({
      description: 'Accept any TLS certificate. For tests only: the server can then be anyone.',
    }),
    certificateAuthority: checked(
      z.string().max(CERTIFICATE_AUTHORITY_MAX, { abort: true }),
      certificateAuthorityProblem,
    )
      .optional()
      .meta({
        description:
          "PEM certificates that the server's certificate must chain to, instead of the system's.",
      }),
    disableTLS: z.boolean().default(false).meta({
      description:
        'Speak plain SMTP and never STARTTLS. For development servers only: mail and password travel readable.',
    }),
    tlsMode: z.enum(TLS_MODES).default('auto').meta({
      description:
        'How TLS is used. auto: none if disableTLS, implicit on port 465, starttls if credentials are set, else opportunistic.',
    }),
    serverName: checked(oneLine(253), (name) => (name === '' ? undefined : hostProblem(name)))
      .optional()
      .meta({
        description: "Name that the server's certificate is verified for, if it is not host.",
      }),
    ehloName: checked(oneLine(253), (name) => (name === '' ? undefined : hostProblem(name)))
      .optional()
      .meta({
        description:
          'Host name or IP address that is said in EHLO, if it is not the address dialled from.',
      }),
    authMethod: z.enum(AUTH_METHODS).optional().meta({
      description:
        'Authentication mechanism to use. Without it PLAIN, then LOGIN, then CRAM-MD5, the first that the server offers.',
    }),
    maxConnections: z.int().min(1).max(100).default(5).meta({
      description:
        'Most connections to the server at once, that of a health check included. With 1 the sender has one beside it.',
    }),
  })
  .meta({ description: 'SMTP server configuration.' });

const sender = z
  .object({
    address: z
      .string()
      .min(3, { abort: true })
      .max(254, { abort: true })
      .regex(ADDRESS, 'must be an email address such as noreply@example.com')
      .meta({ description: 'Email address used in the From header.' }),
    name: oneLine(100).optional().meta({ description: 'Display name used in the From header.' }),
  })
  .meta({ description: 'Email sender information.' });

/** The greatest `retry.queueSize`. */
export const QUEUE_SIZE_MAX = 10_000;

const retry = z
  .object({
    count: z
      .int()
      .min(0)
      .max(10)
      .default(3)
      .meta({ description: 'Number of attempts after the first one failed.' }),
    initialBackoffMs: z.int().min(10).max(60_000).default(100).meta({
      description: 'Pause before the first retry in milliseconds; doubles with each one.',
    }),
    queueSize: z
      .int()
      .min(10)
      .max(QUEUE_SIZE_MAX)
      .default(1000)
      .meta({ description: 'Most mails that may be pending for this provider.' }),
  })
  .meta({ description: 'Retry and queue configuration.' });

const rateLimit = z
  .object({
    messages: z
      .int()
      .min(1)
      .max(100_000)
      .meta({ description: 'Most mails within periodSeconds, wherever that time begins.' }),
    periodSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .meta({ description: 'Length of the time in seconds that messages are counted in.' }),
  })
  .meta({
    description:
      'Most mails that a sender process offers to the server in a time, divided by the configured number of replicas.',
  });

/** The desired state of a MailProvider: the one source of its types, its checks and its CRD. */
export const specSchema = z
  .object({
    displayName: oneLine(1024)
      .optional()
      .meta({ description: 'Human-readable name of this provider.' }),
    default: z.boolean().default(false).meta({
      description: 'Use this provider where no other is named. Only one provider may set it.',
    }),
    disabled: z
      .boolean()
      .default(false)
      .meta({ description: 'Neither check nor use this provider, without deleting it.' }),
    smtp,
    sender,
    retry: retry.prefault({}),
    fallbacks: fallbacks.optional(),
    rateLimit: rateLimit.optional(),
  })
  .meta({ description: 'Desired state of the mail provider.' });

/** What the rest of the code works with: checked, defaults filled in. */
export type MailProviderSpec = z.output<typeof specSchema>;
export type TlsMode = (typeof TLS_MODES)[number];
export type AuthMethod = (typeof AUTH_METHODS)[number];
export type PasswordRef = z.output<typeof passwordRef>;
