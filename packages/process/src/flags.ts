import { InvalidArgumentError, Option } from 'commander';
import { parseBindAddress } from './bind-address.ts';
import { parseDuration } from './duration.ts';

/** `--kubeconfig`, as controller-runtime has it; the environment's KUBECONFIG counts if it names one file. */
export function kubeconfigFlag(): Option {
  return new Option(
    '--kubeconfig <file>',
    'kubeconfig file; without it, the settings of the pod',
  ).env('KUBECONFIG');
}

/** `--metrics-bind-address`: where the operations server listens. */
export function metricsBindAddressFlag(): Option {
  return new Option('--metrics-bind-address <host:port>', 'address of /metrics, /livez and /readyz')
    .argParser(parseBindAddress)
    .default(parseBindAddress(':8080'), ':8080');
}

/** `--credentials-namespace`: the one namespace that passwords are read from. */
export function credentialsNamespaceFlag(defaultNamespace: string): Option {
  return new Option(
    '--credentials-namespace <name>',
    'the one namespace that credential Secrets are read from',
  ).default(defaultNamespace);
}

/** `--log-level`: the least level that is logged. */
export function logLevelFlag(): Option {
  return new Option('--log-level <level>', 'least level that is logged')
    .choices(['debug', 'info', 'warn', 'error'])
    .default('info');
}

/** A duration such as `3s`, in milliseconds. */
export function durationFlag(flag: string, description: string, defaultMs: number): Option {
  return new Option(`${flag} <duration>`, description)
    .argParser(parseDuration)
    .default(defaultMs, `${defaultMs / 1000}s`);
}

/** `--denied-networks`: CIDRs that `parseNetwork` takes; it throws what is wrong with others. */
export function deniedNetworksFlag(parseNetwork: (cidr: string) => unknown): Option {
  const parse = (text: string) => {
    const networks = text.split(',').map((network) => network.trim());
    try {
      for (const network of networks) parseNetwork(network);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
    return networks;
  };
  return new Option(
    '--denied-networks <cidr,...>',
    "never dial these: the CIDRs of the cluster's pods and services",
  )
    .argParser(parse)
    .default([], 'none');
}

/** Reads a whole number of 1 or more. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be 1 or more');
  return value;
}

export function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('must be true or false');
  return text === 'true';
}

/** Reads a duration of more than 0 as milliseconds. */
export function parsePeriod(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds <= 0) throw new InvalidArgumentError('must be more than 0');
  return milliseconds;
}
