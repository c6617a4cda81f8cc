import process from 'node:process';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
  parseDuration,
  parsePort,
  StartupError,
} from '@mailprovider/process';
import { hostProblem } from '@mailprovider/provider/host';
import {
  DEFAULT_CREDENTIALS_NAMESPACE,
  DEFAULT_SYSTEM_NAMESPACE,
} from '@mailprovider/provider/identity';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type CertificateFlags,
  type CertificateSettings,
  certificateSettings,
} from './certificates/certificate-settings.ts';

export interface WebhookConfig {
  readonly kubeconfig: string | undefined;
  readonly bindAddress: string;
  readonly securePort: number;
  readonly certificate: CertificateSettings;
  readonly credentialsNamespace: string;
  readonly leaseNamespace: string;
  /** Milliseconds. */
  readonly defaultClaimTtl: number;
  readonly checkSecretAccess: boolean;
  /** Reviews that may wait for the API server at once. */
  readonly maxConcurrentReviews: number;
  /** Milliseconds. */
  readonly shutdownDelay: number;
  readonly metricsBindAddress: BindAddress;
  readonly logLevel: string;
}

/** 60 s are the API server's default `--request-timeout`; 30 s allow for clocks and a late commit. */
const DEFAULT_CLAIM_TTL_MS = 90_000;
/** A claim that ends before its request lets two defaults be stored. */
const SHORTEST_CLAIM_TTL_MS = 60_000;

/** So long may whoever sends us calls take to see that `/readyz` answers 503. */
const DEFAULT_SHUTDOWN_DELAY_MS = 3_000;

type Flags = Omit<WebhookConfig, 'certificate'> & CertificateFlags;

const SERVICE_NAMES = ['svc', 'svc.cluster.local'].map(
  (suffix) => `mailprovider-webhook.${DEFAULT_SYSTEM_NAMESPACE}.${suffix}`,
);

function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  const wrong = items.find((item) => item === '' || hostProblem(item) !== undefined);
  if (wrong !== undefined) {
    throw new InvalidArgumentError('must be host names and IP addresses separated by commas');
  }
  return items;
}

function parseClaimTtl(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds < SHORTEST_CLAIM_TTL_MS) throw new InvalidArgumentError('must be 60s or more');
  return milliseconds;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be 1 or more');
  return value;
}

function command(): Command {
  return new Command('mailprovider-webhook')
    .description('Admission webhook for MailProvider objects.')
    .addOption(kubeconfigFlag())
    .option('--bind-address <address>', 'address of the webhook', '::')
    .option('--secure-port <port>', 'HTTPS port of the webhook', parsePort, 9443)
    .option('--tls-cert-file <file>', 'certificate of the webhook, PEM; read again when it changes')
    .option('--tls-private-key-file <file>', 'private key of the webhook, PEM')
    .option(
      '--tls-secret-name <name>',
      'instead of files: keep authority and certificate in this Secret, renew them, and keep the ' +
        'caBundle of the registrations',
    )
    .option('--tls-secret-namespace <name>', 'namespace of that Secret', DEFAULT_SYSTEM_NAMESPACE)
    .addOption(
      new Option(
        '--tls-dns-names <names>',
        'names (and IP addresses) that API servers reach the webhook by, with commas',
      )
        .argParser(parseList)
        .default(SERVICE_NAMES, SERVICE_NAMES.join()),
    )
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .option(
      '--lease-namespace <name>',
      'namespace of the Lease that serialises who becomes the default; as --leader-election-namespace of health',
      DEFAULT_SYSTEM_NAMESPACE,
    )
    .addOption(
      new Option(
        '--default-claim-ttl <duration>',
        "how long a claim to be the default may stand; at least the API server's --request-timeout + 30s",
      )
        .argParser(parseClaimTtl)
        .default(DEFAULT_CLAIM_TTL_MS, '90s'),
    )
    .option(
      '--check-secret-access',
      'require that users who make a MailProvider send a password somewhere may get its Secret',
      false,
    )
    .option('--max-concurrent-reviews <n>', 'reviews that may wait at once', parseCount, 100)
    .addOption(
      new Option('--shutdown-delay <duration>', 'how long to serve on after SIGTERM')
        .argParser(parseDuration)
        .default(DEFAULT_SHUTDOWN_DELAY_MS, '3s'),
    )
    .addOption(metricsBindAddressFlag())
    .addOption(logLevelFlag());
}

/** Reads the flags of the process; prints what is wrong with them and ends it. */
export function loadConfig(argv: readonly string[] = process.argv): WebhookConfig {
  const program = command().parse([...argv]);
  const flags = program.opts<Flags>();
  try {
    return { ...flags, certificate: certificateSettings(flags) };
  } catch (error) {
    if (error instanceof StartupError) program.error(`error: ${error.message}`);
    throw error;
  }
}
