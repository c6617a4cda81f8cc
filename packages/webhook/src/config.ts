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
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import { Command, InvalidArgumentError, Option } from 'commander';

export interface WebhookConfig {
  readonly kubeconfig: string | undefined;
  readonly bindAddress: string;
  readonly securePort: number;
  readonly tlsCertFile: string;
  readonly tlsPrivateKeyFile: string;
  readonly credentialsNamespace: string;
  readonly metricsBindAddress: BindAddress;
  /** Reviews that may wait for the API server at once. */
  readonly maxConcurrentReviews: number;
  /** Milliseconds. */
  readonly shutdownDelay: number;
  readonly logLevel: string;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be 1 or more');
  return value;
}

/** Reads the flags of the process; prints what is wrong with them and ends it. */
export function loadConfig(argv: readonly string[] = process.argv): WebhookConfig {
  return new Command('mailprovider-webhook')
    .description('Admission webhook for MailProvider objects.')
    .addOption(kubeconfigFlag())
    .option('--bind-address <address>', 'address of the webhook', '::')
    .option('--secure-port <port>', 'HTTPS port of the webhook', parsePort, 9443)
    .requiredOption('--tls-cert-file <file>', 'certificate of the webhook, PEM')
    .requiredOption('--tls-private-key-file <file>', 'private key of the webhook, PEM')
    .option('--max-concurrent-reviews <n>', 'reviews that may wait at once', parseCount, 100)
    .addOption(
      new Option('--shutdown-delay <duration>', 'how long to serve on after SIGTERM')
        .argParser(parseDuration)
        .default(parseDuration('3s'), '3s'),
    )
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .addOption(metricsBindAddressFlag())
    .addOption(logLevelFlag())
    .parse([...argv])
    .opts<WebhookConfig>();
}
