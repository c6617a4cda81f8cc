import { Option } from 'commander';
import { parseBindAddress } from './bind-address.ts';

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
