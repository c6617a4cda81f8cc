import { durationFlag, parseCount, parseDuration } from '@mailprovider/process';
import { InvalidArgumentError, Option } from 'commander';
import type { JetStreamOptions } from './jetstream/options.ts';
import { RESERVE_BYTES } from './store/room.ts';

/** What keeps the mails. */
export type EngineConfig =
  | {
      readonly engine: 'lmdb';
      /** Folder of the store. */
      readonly dataDir: string;
      /** What the store may grow to; without it the disk is the limit. */
      readonly dataMaxBytes: number | undefined;
    }
  | {
      readonly engine: 'nats';
      readonly nats: Omit<JetStreamOptions, 'retention' | 'logger'>;
    };

/** What commander makes of the flags. */
export interface EngineFlags {
  readonly engine: 'lmdb' | 'nats';
  readonly dataDir: string;
  readonly dataMaxBytes?: number;
  readonly natsServers: readonly string[];
  readonly natsCredentialsFile?: string;
  readonly natsCaFile?: string;
  readonly natsCertFile?: string;
  readonly natsKeyFile?: string;
  readonly natsStreamPrefix: string;
  readonly natsReplicas: string;
  readonly natsAckWait: number;
}

const DEFAULT_DATA_DIR = '/var/lib/mailprovider-sender';
const DEFAULT_SERVER = 'nats://127.0.0.1:4222';
const DEFAULT_ACK_WAIT_MS = 30_000;
/** A sign of life is due several times meanwhile, and a busy process gives it late. */
const LEAST_ACK_WAIT_MS = 1_000;

/** Reads how much a store may hold; with its reserve alone it would take no mail. */
function parseStoreBytes(text: string): number {
  const bytes = parseCount(text);
  if (bytes <= RESERVE_BYTES) {
    throw new InvalidArgumentError(`must be more than ${RESERVE_BYTES}, which are kept free`);
  }
  return bytes;
}

function parseAckWait(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds < LEAST_ACK_WAIT_MS) throw new InvalidArgumentError('must be 1s or more');
  return milliseconds;
}

function lmdbFlags(): readonly Option[] {
  return [
    new Option(
      '--data-dir <folder>',
      'where the engine lmdb keeps mails; its parent has to exist',
    ).default(DEFAULT_DATA_DIR),
    new Option(
      '--data-max-bytes <n>',
      'most bytes that the data folder may take; without it the disk is the limit',
    ).argParser(parseStoreBytes),
  ];
}

function natsFlags(): readonly Option[] {
  return [
    new Option('--nats-servers <urls>', 'URLs of NATS servers, with commas between them')
      .argParser((urls) => urls.split(',').map((url) => url.trim()))
      .default([DEFAULT_SERVER], DEFAULT_SERVER),
    new Option(
      '--nats-credentials-file <file>',
      'who the sender is for NATS, as nsc writes it (.creds)',
    ),
    new Option(
      '--nats-ca-file <file>',
      'PEM certificates that NATS servers chain to; has TLS used',
    ),
    new Option('--nats-cert-file <file>', 'PEM certificate of the sender for NATS; has TLS used'),
    new Option('--nats-key-file <file>', 'PEM private key of that certificate'),
    new Option(
      '--nats-stream-prefix <name>',
      'what names of streams, buckets and subjects begin with',
    ).default('mailprovider'),
    new Option(
      '--nats-replicas <n>',
      'on how many NATS servers each mail is stored; with 1 a loss of power costs what was accepted in the last minutes, unless the server has sync_interval: always',
    )
      .choices(['1', '3', '5'])
      .default('3'),
    durationFlag(
      '--nats-ack-wait',
      'mails of a sender that gives no sign of life go to others after so long',
      DEFAULT_ACK_WAIT_MS,
    ).argParser(parseAckWait),
  ];
}

export function engineFlags(): readonly Option[] {
  const engine = new Option('--engine <name>', 'what keeps mails: a folder, or NATS JetStream')
    .choices(['lmdb', 'nats'])
    .default('lmdb');
  return [engine, ...lmdbFlags(), ...natsFlags()];
}

export function engineConfigOf(flags: EngineFlags): EngineConfig {
  if (flags.engine === 'lmdb') {
    const { dataDir, dataMaxBytes } = flags;
    return { engine: 'lmdb', dataDir, dataMaxBytes };
  }
  const { natsCredentialsFile: credentialsFile } = flags;
  const tls = tlsOf(flags);
  return {
    engine: 'nats',
    nats: {
      servers: flags.natsServers,
      ...(credentialsFile === undefined ? {} : { credentialsFile }),
      ...(tls && { tls }),
      streamPrefix: flags.natsStreamPrefix,
      replicas: Number(flags.natsReplicas),
      ackWaitMs: flags.natsAckWait,
    },
  };
}

function tlsOf({
  natsCaFile: caFile,
  natsCertFile: certFile,
  natsKeyFile: keyFile,
}: EngineFlags): JetStreamOptions['tls'] {
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return undefined;
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}
