import process from 'node:process';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
  parsePort,
} from '@mailprovider/process';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import { Command } from 'commander';

export interface WebhookConfig {
  readonly kubeconfig: string | undefined;
  readonly bindAddress: string;
  readonly securePort: number;
  readonly tlsCertFile: string;
  readonly tlsPrivateKeyFile: string;
  readonly credentialsNamespace: string;
  readonly metricsBindAddress: BindAddress;
  readonly logLevel: string;
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
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .addOption(metricsBindAddressFlag())
    .addOption(logLevelFlag())
    .parse([...argv])
    .opts<WebhookConfig>();
}
