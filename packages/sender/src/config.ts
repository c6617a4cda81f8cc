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
import { Command, Option } from 'commander';
import { parseRateLimit } from './callers/parse-rate-limit.ts';
import type { RateLimit } from './callers/rate-limit.ts';
import {
  type EngineConfig,
  type EngineFlags,
  engineConfigOf,
  engineFlags,
} from './engine-config.ts';
import { engineFault } from './engine-fault.ts';
import { DEFAULT_SUBMISSION_LIMITS, type SubmissionLimits } from './mail/submission-limits.ts';
import { DEFAULT_SETTINGS, type SenderSettings } from './settings.ts';
import { DEFAULT_RETENTION, type Retention } from './store/mail-store.ts';

export interface SenderConfig {
  readonly kubeconfig: string | undefined;
  readonly credentialsNamespace: string;
  /** Where the Lease of the claim is. */
  readonly leaseNamespace: string;
  /** Of the submit API. */
  readonly bindAddress: BindAddress;
  /** Whether callers are told apart by tokens that the API server knows. */
  readonly tokenReview: boolean;
  /** Holds the token that all callers send; without both only loopback addresses are listened on. */
  readonly tokenFile: string | undefined;
  readonly store: EngineConfig;
  /** What the submit API is served with; without it plain HTTP. */
  readonly tlsCertFile: string | undefined;
  readonly tlsPrivateKeyFile: string | undefined;
  /** How fast each caller may submit; without it as fast as it can. */
  readonly callerRateLimit: RateLimit | undefined;
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
  readonly replicas: number;
}

const DEFAULT_BIND_ADDRESS = '127.0.0.1:8025';

function apiFlags(): readonly Option[] {
  return [
    new Option('--bind-address <host:port>', 'address of the submit API')
      .argParser(parseBindAddress)
      .default(parseBindAddress(DEFAULT_BIND_ADDRESS), DEFAULT_BIND_ADDRESS),
    new Option(
      '--token-review',
      'callers send tokens of their ServiceAccounts (audience mailprovider-sender), and have the rights that RBAC gives them; this or a token file is needed to listen beyond loopback',
    ).default(false),
    new Option('--token-file <file>', 'holds the one token that all callers send'),
    new Option(
      '--tls-cert-file <file>',
      'certificate of the submit API, PEM; read again when it changes; without it plain HTTP',
    ),
    new Option('--tls-private-key-file <file>', 'private key of the submit API, PEM'),
    new Option(
      '--caller-rate-limit <mails/duration>',
      'most mails that a caller may submit in any such time, as 100/1m; without it there is no limit',
    ).argParser(parseRateLimit),
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

function retentionFlags(): readonly Option[] {
  const { sentRetentionMs, deadLetterRetentionMs } = DEFAULT_RETENTION;
  return [
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
    new Option(
      '--replicas <n>',
      'how many senders share the maxConnections and the rateLimit of each provider',
    )
      .argParser(parseCount)
      .default(DEFAULT_SETTINGS.replicas),
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
    replicas: flags.replicas,
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
  const engine = engineFlags();
  for (const flag of [...apiFlags(), ...engine, ...retentionFlags(), ...retryFlags()])
    command.addOption(flag);
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
    Omit<SenderConfig, 'limits' | 'settings' | 'retention' | 'store'> & DeliveryFlags & EngineFlags
  >();
  const isGiven = (flag: Option) => command.getOptionValueSource(flag.attributeName()) === 'cli';
  const fault = engineFault(flags, engine.filter(isGiven));
  if (fault !== undefined) command.error(`error: ${fault}`);
  const limits = {
    ...DEFAULT_SUBMISSION_LIMITS,
    contentBytes: flags.maxMessageBytes,
    recipients: flags.maxRecipients,
  };
  const retention = {
    sentRetentionMs: flags.sentRetention,
    deadLetterRetentionMs: flags.deadLetterRetention,
  };
  return { ...flags, limits, settings: settingsOf(flags), retention, store: engineConfigOf(flags) };
}
