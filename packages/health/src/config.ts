import process from 'node:process';
import {
  DEFAULT_ELECTION_TIMING,
  DEFAULT_WATCH_TIMING,
  ELECTION_JITTER,
  type ElectionTiming,
} from '@mailprovider/kube';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  deniedNetworksFlag,
  durationFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
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
import { DEFAULT_CONCURRENCY, DEFAULT_INTERVALS, type Intervals } from './schedule.ts';

export interface HealthConfig {
  readonly kubeconfig: string | undefined;
  readonly credentialsNamespace: string;
  readonly metricsBindAddress: BindAddress;
  readonly concurrency: number;
  readonly allowLoopback: boolean;
  /** CIDRs that are never dialled. */
  readonly deniedNetworks: readonly string[];
  /** Between the checks of one provider. */
  readonly intervals: Intervals;
  /** Between the lists of one watch. */
  readonly syncPeriodMs: number;
  readonly logLevel: string;
  readonly leaderElection: LeaderElectionConfig;
}

export interface LeaderElectionConfig {
  /** Without it this process always leads; it must then be the only one. */
  readonly enabled: boolean;
  readonly namespace: string;
  readonly timing: ElectionTiming;
}

/** What commander makes of the flags of times. */
interface ScheduleFlags {
  readonly healthyInterval: number;
  readonly unhealthyInterval: number;
  readonly syncPeriod: number;
}

/** What commander makes of the flags of leader election, which have the names of client-go. */
interface LeaderElectionFlags {
  readonly leaderElect: boolean;
  readonly leaderElectionNamespace: string;
  readonly leaderElectLeaseDuration: number;
  readonly leaderElectRenewDeadline: number;
  readonly leaderElectRetryPeriod: number;
}

function scheduleFlags(): readonly Option[] {
  const { healthyMs, unhealthyMs } = DEFAULT_INTERVALS;
  const flags = [
    durationFlag('--healthy-interval', 'pause before the check after a success', healthyMs),
    durationFlag('--unhealthy-interval', 'pause before the check after a failure', unhealthyMs),
    durationFlag(
      '--sync-period',
      'all is listed anew after so long, as if no watch had told anything',
      DEFAULT_WATCH_TIMING.syncPeriodMs,
    ),
  ];
  return flags.map((flag) => flag.argParser(parsePeriod));
}

function leaderElectFlag(): Option {
  return new Option('--leader-elect [boolean]', 'lead only while holding a Lease')
    .argParser(parseBoolean)
    .preset('true')
    .default(true);
}

/** The flags of client-go. */
function leaderElectionFlags(): readonly Option[] {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = DEFAULT_ELECTION_TIMING;
  return [
    leaderElectFlag(),
    new Option(
      '--leader-election-namespace <name>',
      'where the Leases are: that of the election, and the claim, as --lease-namespace of the webhook',
    ).default(DEFAULT_SYSTEM_NAMESPACE),
    durationFlag(
      '--leader-elect-lease-duration',
      'others lead after so long without a renewal',
      leaseDurationMs,
    ),
    durationFlag(
      '--leader-elect-renew-deadline',
      'a leader stops after so long without a renewal',
      renewDeadlineMs,
    ),
    durationFlag(
      '--leader-elect-retry-period',
      'pause between renewals, and between tries to lead',
      retryPeriodMs,
    ),
  ];
}

/** Reads the flags of the process; prints what is wrong with them and ends it. */
export function loadConfig(argv: readonly string[] = process.argv): HealthConfig {
  const command = new Command('mailprovider-health')
    .description('Checks every MailProvider and keeps its status true.')
    .addOption(kubeconfigFlag())
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .addOption(metricsBindAddressFlag())
    .option('--concurrency <n>', 'providers checked at once', parseCount, DEFAULT_CONCURRENCY)
    .option('--allow-loopback', 'dial loopback addresses too; for development only', false)
    .addOption(deniedNetworksFlag(parseNetwork));
  for (const flag of [...scheduleFlags(), ...leaderElectionFlags()]) command.addOption(flag);
  command.addOption(logLevelFlag()).parse([...argv]);
  type Derived = 'intervals' | 'syncPeriodMs' | 'leaderElection';
  const flags = command.opts<Omit<HealthConfig, Derived> & ScheduleFlags & LeaderElectionFlags>();
  const leaderElection = leaderElectionOf(flags);
  const problem = timingProblem(leaderElection.timing);
  if (problem !== undefined) command.error(`error: ${problem}`);
  return {
    ...flags,
    intervals: { healthyMs: flags.healthyInterval, unhealthyMs: flags.unhealthyInterval },
    syncPeriodMs: flags.syncPeriod,
    leaderElection,
  };
}

function leaderElectionOf(flags: LeaderElectionFlags): LeaderElectionConfig {
  return {
    enabled: flags.leaderElect,
    namespace: flags.leaderElectionNamespace,
    timing: {
      leaseDurationMs: flags.leaderElectLeaseDuration,
      renewDeadlineMs: flags.leaderElectRenewDeadline,
      retryPeriodMs: flags.leaderElectRetryPeriod,
    },
  };
}

/** The rules of client-go: there is time to try again before the deadline, and to stop after it. */
function timingProblem(timing: ElectionTiming): string | undefined {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = timing;
  if (retryPeriodMs <= 0) return '--leader-elect-retry-period must be more than 0';
  if (leaseDurationMs <= renewDeadlineMs) {
    return '--leader-elect-lease-duration must be more than --leader-elect-renew-deadline';
  }
  if (renewDeadlineMs <= ELECTION_JITTER * retryPeriodMs) {
    return `--leader-elect-renew-deadline must be more than ${ELECTION_JITTER} times --leader-elect-retry-period`;
  }
  return undefined;
}
