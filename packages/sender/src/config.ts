import process from 'node:process';
import { DEFAULT_WATCH_TIMING } from '@mailprovider/kube';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  deniedNetworksFlag,
  durationFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
  parseBindAddress,
  parseBoolean,
  parseCount,
  parsePeriod,
} from '@mailprovider/process';
import {
  DEFAULT_CREDENTIALS_NAMESPACE,
  DEFAULT_SYSTEM_NAMESPACE,
} from '@mailprovider/provider/identity';
import { parseNetwork } from '@mailprovider/smtp';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SUBMISSION_LIMITS, type SubmissionLimits } from './mail/submission-limits.ts';
import { DEFAULT_SETTINGS, type SenderSettings } from './settings.ts';
import { DEFAULT_RETENTION, type Retention } from './store/mail-store.ts';
import { RESERVE_BYTES } from './store/room.ts';

export interface SenderConfig {
  readonly kubeconfig: string | undefined;
  readonly credentialsNamespace: string;
  /** Where the Lease of the claim is. */
  readonly leaseNamespace: string;
  /** Of the submit API. */
  readonly bindAddress: BindAddress;
  /** Holds the token that callers send; without it only loopback addresses are listened on. */
  readonly tokenFile: string | undefined;
  /** Folder of the store. */
  readonly dataDir: string;
  /** What the store may grow to; without it the disk is the limit. */
  readonly dataMaxBytes: number | undefined;
  readonly metricsBindAddress: BindAddress;
  readonly allowLoopback: boolean;
  /** CIDRs that are never dialled. */
  readonly deniedNetworks: readonly string[];
  /** Between the lists of one watch. */
  readonly syncPeriod: number;
  readonly logLevel: string;
  readonly limits: SubmissionLimits;
  readonly settings: SenderSettings;
  readonly retention: Retention;
}

/** What commander makes of the flags that become `limits` and `settings`. */
interface DeliveryFlags {
  readonly maxMessageBytes: number;
  readonly maxRecipients: number;
  readonly slowRetries: boolean;
  readonly slowRetryMaxAge: number;
  readonly uncertainRetries: string;
  readonly sentRetention: number;
  readonly deadLetterRetention: number;
  readonly shutdownGracePeriod: number;
}

const DEFAULT_BIND_ADDRESS = '127.0.0.1:8025';
const DEFAULT_DATA_DIR = '/var/lib/mailprovider-sender';

function apiFlags(): readonly Option[] {
  return [
    new Option('--bind-address <host:port>', 'address of the submit API')
      .argParser(parseBindAddress)
      .default(parseBindAddress(DEFAULT_BIND_ADDRESS), DEFAULT_BIND_ADDRESS),
    new Option(
      '--token-file <file>',
      'holds the token that callers send; needed to listen beyond loopback',
    ),
    new Option(
      '--max-message-bytes <n>',
      'most bytes of a mail: text, html and decoded attachments together',
    )
      .argParser(parseCount)
      .default(DEFAULT_SUBMISSION_LIMITS.contentBytes),
    new Option('--max-recipients <n>', 'most recipients of a mail: to, cc and bcc together')
      .argParser(parseCount)
      .default(DEFAULT_SUBMISSION_LIMITS.recipients),
  ];
}

/** Reads how much a store may hold; with its reserve alone it would take no mail. */
function parseStoreBytes(text: string): number {
  const bytes = parseCount(text);
  if (bytes <= RESERVE_BYTES) {
    throw new InvalidArgumentError(`must be more than ${RESERVE_BYTES}, which are kept free`);
  }
  return bytes;
}

function storeFlags(): readonly Option[] {
  const { sentRetentionMs, deadLetterRetentionMs } = DEFAULT_RETENTION;
  return [
    new Option('--data-dir <folder>', 'where mails are kept; its parent has to exist').default(
      DEFAULT_DATA_DIR,
    ),
    new Option(
      '--data-max-bytes <n>',
      'most bytes that the data folder may take; without it the disk is the limit',
    ).argParser(parseStoreBytes),
    durationFlag(
      '--sent-retention',
      'how long mails that were sent or cancelled can be asked for, and Idempotency-Keys count',
      sentRetentionMs,
    ),
    durationFlag(
      '--dead-letter-retention',
      'how long mails that could not be delivered are kept',
      deadLetterRetentionMs,
    ),
  ];
}

function retryFlags(): readonly Option[] {
  const { retry, uncertainRetries, graceMs } = DEFAULT_SETTINGS;
  return [
    new Option(
      '--slow-retries [boolean]',
      'try again for minutes to hours after the retries of spec.retry',
    )
      .argParser(parseBoolean)
      .preset('true')
      .default(retry.slow),
    durationFlag('--slow-retry-max-age', 'a mail that is older is given up', retry.maxAgeMs),
    new Option(
      '--uncertain-retries <n>',
      'how often to offer a mail again after the server did not answer its final dot, at the risk of a second copy',
    )
      .choices(['0', '1'])
      .default(String(uncertainRetries)),
    durationFlag(
      '--shutdown-grace-period',
      'how long deliveries under way may take to end',
      graceMs,
    ),
  ];
}

function settingsOf(flags: DeliveryFlags): SenderSettings {
  return {
    ...DEFAULT_SETTINGS,
    retry: {
      ...DEFAULT_SETTINGS.retry,
      slow: flags.slowRetries,
      maxAgeMs: flags.slowRetryMaxAge,
    },
    uncertainRetries: Number(flags.uncertainRetries),
    graceMs: flags.shutdownGracePeriod,
  };
}

/** Reads the flags of the process; prints what is wrong with them and ends it. */
export function loadConfig(argv: readonly string[] = process.argv): SenderConfig {
  const { syncPeriodMs } = DEFAULT_WATCH_TIMING;
  const command = new Command('mailprovider-sender')
    .description('Accepts mails over HTTP, keeps them durably, and delivers them.')
    .addOption(kubeconfigFlag())
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .option(
      '--lease-namespace <name>',
      'namespace of the Lease that says who is the default; that of the webhook',
      DEFAULT_SYSTEM_NAMESPACE,
    )
    .addOption(metricsBindAddressFlag());
  for (const flag of [...apiFlags(), ...storeFlags(), ...retryFlags()]) command.addOption(flag);
  command
    .option('--allow-loopback', 'dial loopback addresses too; for development only', false)
    .addOption(deniedNetworksFlag(parseNetwork))
    .addOption(
      durationFlag(
        '--sync-period',
        'all is listed anew after so long, as if no watch had told anything',
        syncPeriodMs,
      ).argParser(parsePeriod),
    )
    .addOption(logLevelFlag())
    .parse([...argv]);
  const flags = command.opts<
    Omit<SenderConfig, 'limits' | 'settings' | 'retention'> & DeliveryFlags
  >();
  const limits = {
    ...DEFAULT_SUBMISSION_LIMITS,
    contentBytes: flags.maxMessageBytes,
    recipients: flags.maxRecipients,
  };
  const retention = {
    sentRetentionMs: flags.sentRetention,
    deadLetterRetentionMs: flags.deadLetterRetention,
  };
  return { ...flags, limits, settings: settingsOf(flags), retention };
}
