import { join } from 'node:path';
import process from 'node:process';

const WEBHOOK_MAIN = join(import.meta.dirname, '../../../packages/webhook/dist/main.js');
const HOST = '127.0.0.1';

/** What a webhook is given to start with. */
export interface WebhookInputs {
  readonly port: number;
  readonly metricsPort: number;
  /** PEM files in one folder. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly kubeconfig: string;
  readonly credentialsNamespace: string;
}

/** How a webhook that is measured is started. */
export interface WebhookCommand {
  readonly name: 'ours' | 'peer';
  readonly environment: Readonly<Record<string, string>>;
  /** Program and arguments. */
  words(inputs: WebhookInputs): readonly string[];
}

/** Our webhook, as users start it. */
export const OURS: WebhookCommand = {
  name: 'ours',
  environment: {},
  words: (inputs) => [
    process.execPath,
    WEBHOOK_MAIN,
    '--kubeconfig',
    inputs.kubeconfig,
    '--bind-address',
    HOST,
    '--secure-port',
    String(inputs.port),
    '--tls-cert-file',
    inputs.certificateFile,
    '--tls-private-key-file',
    inputs.keyFile,
    '--credentials-namespace',
    inputs.credentialsNamespace,
    '--metrics-bind-address',
    `${HOST}:${inputs.metricsPort}`,
  ],
};

/** The peer, built at `program`; more threads than cores would only cost it time. */
export function peerAt(program: string): WebhookCommand {
  return {
    name: 'peer',
    environment: { GOMAXPROCS: '1' },
    words: (inputs) => [
      program,
      '-host',
      HOST,
      '-port',
      String(inputs.port),
      '-tls-cert-file',
      inputs.certificateFile,
      '-tls-private-key-file',
      inputs.keyFile,
      '-credentials-namespace',
      inputs.credentialsNamespace,
      '-metrics-bind-address',
      `${HOST}:${inputs.metricsPort}`,
    ],
  };
}
