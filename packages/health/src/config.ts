import process from 'node:process';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  kubeconfigFlag,
  logLevelFlag,
  metricsBindAddressFlag,
} from '@mailprovider/process';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_CONCURRENCY } from './schedule.ts';

export interface HealthConfig {
  readonly kubeconfig: string | undefined;
  readonly credentialsNamespace: string;
  readonly metricsBindAddress: BindAddress;
  readonly concurrency: number;
  readonly allowLoopback: boolean;
  readonly logLevel: string;
}

function parseConcurrency(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be 1 or more');
  return value;
}

/** Reads the flags of the process; prints what is wrong with them and ends it. */
export function loadConfig(argv: readonly string[] = process.argv): HealthConfig {
  return new Command('mailprovider-health')
    .description('Checks every MailProvider and keeps its status true.')
    .addOption(kubeconfigFlag())
    .addOption(credentialsNamespaceFlag(DEFAULT_CREDENTIALS_NAMESPACE))
    .addOption(metricsBindAddressFlag())
    .option('--concurrency <n>', 'providers checked at once', parseConcurrency, DEFAULT_CONCURRENCY)
    .option('--allow-loopback', 'dial loopback addresses too; for development only', false)
    .addOption(logLevelFlag())
    .parse([...argv])
    .opts<HealthConfig>();
}
