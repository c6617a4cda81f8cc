import process from 'node:process';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
  parsePort,
  StartupError,
} from '@mailprovider/process';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
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
  readonly metricsBindAddress: BindAddress;
  readonly logLevel: string;
}

type Flags = Omit<WebhookConfig, 'certificate'> & CertificateFlags;

const SYSTEM_NAMESPACE = 'mailprovider-system';
const SERVICE_NAMES = ['svc', 'svc.cluster.local'].map(
  (suffix) => `mailprovider-webhook.${SYSTEM_NAMESPACE}.${suffix}`,
);

function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new InvalidArgumentError('must be names separated by commas');
  return items;
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
    .option('--tls-secret-namespace <name>', 'namespace of that Secret', SYSTEM_NAMESPACE)
    .addOption(
      new Option(
        '--tls-dns-names <names>',
        'names (and IP addresses) that API servers reach the webhook by, with commas',
      )
        .argParser(parseList)
        .default(SERVICE_NAMES, SERVICE_NAMES.join()),
    )
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
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
