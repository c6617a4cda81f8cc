import process from 'node:process';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
  parseDuration,
  parsePort,
} from '@mailprovider/process';
import {
  DEFAULT_CREDENTIALS_NAMESPACE,
  DEFAULT_SYSTEM_NAMESPACE,
} from '@mailprovider/provider/identity';
import { Command, Option } from 'commander';

export interface WebhookConfig {
  readonly kubeconfig: string | undefined;
  readonly bindAddress: string;
  readonly securePort: number;
  readonly tlsCertFile: string;
  readonly tlsPrivateKeyFile: string;
  readonly credentialsNamespace: string;
  readonly leaseNamespace: string;
  /** Milliseconds. */
  readonly defaultClaimTtl: number;
  readonly checkSecretAccess: boolean;
  readonly metricsBindAddress: BindAddress;
  readonly logLevel: string;
}

/** 60 s are the API server's default `--request-timeout`; 30 s allow for clocks and a late commit. */
const DEFAULT_CLAIM_TTL_MS = 90_000;

/** Reads the flags of the process; prints what is wrong with them and ends it. */
export function loadConfig(argv: readonly string[] = process.argv): WebhookConfig {
  return new Command('mailprovider-webhook')
    .description('Admission webhook for MailProvider objects.')
    .addOption(kubeconfigFlag())
    .option('--bind-address <address>', 'address of the webhook', '::')
    .option('--secure-port <port>', 'HTTPS port of the webhook', parsePort, 9443)
    .requiredOption('--tls-cert-file <file>', 'certificate of the webhook, PEM')
    .requiredOption('--tls-private-key-file <file>', 'private key of the webhook, PEM')
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .option(
      '--lease-namespace <name>',
      'namespace of the Lease that serialises who becomes the default',
      DEFAULT_SYSTEM_NAMESPACE,
    )
    .addOption(
      new Option(
        '--default-claim-ttl <duration>',
        "how long a claim to be the default may stand; at least the API server's --request-timeout + 30s",
      )
        .argParser(parseDuration)
        .default(DEFAULT_CLAIM_TTL_MS, '90s'),
    )
    .option(
      '--check-secret-access',
      'require that users who make a MailProvider send a password somewhere may get its Secret',
      false,
    )
    .addOption(metricsBindAddressFlag())
    .addOption(logLevelFlag())
    .parse([...argv])
    .opts<WebhookConfig>();
}
