import {
  type ConsumerConfig,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Calls } from './calls.ts';
import { isRefusal, NAME_IN_USE } from './failure.ts';
import { CONSUMER, type Names } from './names.ts';

export interface LayoutOptions {
  readonly replicas: number;
  readonly ackWaitMs: number;
}

type WantedStream = Partial<StreamConfig> & { readonly name: string };

/** Within it a message that is published again is recognised. */
const DUPLICATE_WINDOW_MS = 120_000;

/** Metadata of a stream: the provider that its mails are queued for. */
export const PROVIDER_METADATA = 'mailprovider.provider';

/**
 * Creates what is missing in NATS, and brings up to date what is set otherwise. Several processes may
 * do so at once.
 */
export class Layout {
  readonly #calls: Calls;
  readonly #names: Names;
  readonly #options: LayoutOptions;
  readonly #streams = new Map<string, Promise<void>>();
  readonly #limits = new Map<string, number>();

  constructor(calls: Calls, names: Names, options: LayoutOptions) {
    this.#calls = calls;
    this.#names = names;
    this.#options = options;
  }

  /** What all providers share. */
  async ensureShared(): Promise<void> {
    const { records, keys, contents } = this.#names;
    // In the form of key-value buckets, so that the tools of NATS show them as such.
    const bucket = { max_msgs_per_subject: 1, allow_rollup_hdrs: true, deny_delete: true };
    const kept = { discard: DiscardPolicy.New, allow_msg_ttl: true };
    await this.#ensure({
      ...bucket,
      ...kept,
      name: records,
      subjects: [this.#subjectsOf(records)],
    });
    await this.#ensure({ ...bucket, ...kept, name: keys, subjects: [this.#subjectsOf(keys)] });
    const chunks = this.#names.chunk('*', '*');
    await this.#ensure({ ...kept, max_msgs_per_subject: 1, name: contents, subjects: [chunks] });
  }

  /** The stream of a provider, with its consumer; `queueSize` as given last. */
  ensureStream(provider: string, queueSize?: number): Promise<void> {
    const limit = queueSize ?? this.#limits.get(provider);
    const known = this.#streams.get(provider);
    if (known && limit === this.#limits.get(provider)) return known;
    if (limit !== undefined) this.#limits.set(provider, limit);
    const ensured = this.#ensureStream(provider, limit);
    this.#streams.set(provider, ensured);
    ensured.catch(() => {
      if (this.#streams.get(provider) === ensured) this.#streams.delete(provider);
    });
    return ensured;
  }

  /** What was ensured may be gone: somebody deleted it. */
  forget(provider: string): void {
    this.#streams.delete(provider);
  }

  async #ensureStream(provider: string, limit: number | undefined): Promise<void> {
    const name = this.#names.stream(provider);
    await this.#ensure(
      {
        name,
        subjects: [this.#names.queuedMail(provider, '*')],
        retention: RetentionPolicy.Workqueue,
        discard: DiscardPolicy.New,
        duplicate_window: nanos(DUPLICATE_WINDOW_MS),
        metadata: { [PROVIDER_METADATA]: provider },
      },
      limit === undefined ? {} : { max_msgs: Number.isFinite(limit) ? limit : -1 },
    );
    const config: Partial<ConsumerConfig> & { readonly durable_name: string } = {
      durable_name: CONSUMER,
      ack_policy: 'explicit',
      ack_wait: nanos(this.#options.ackWaitMs),
      max_deliver: -1,
      // Mail that waits for its next attempt is pending, too.
      max_ack_pending: -1,
    };
    const request = { stream_name: name, config };
    await this.#calls.repeat(() => this.#calls.api(`CONSUMER.CREATE.${name}.${CONSUMER}`, request));
  }

  /** `changing` is what other processes may have set otherwise. */
  async #ensure(wanted: WantedStream, changing: Partial<StreamConfig> = {}): Promise<void> {
    const { replicas } = this.#options;
    const stream = { ...wanted, ...changing, storage: StorageType.File, num_replicas: replicas };
    try {
      await this.#calls.repeat(() => this.#calls.api(`STREAM.CREATE.${wanted.name}`, stream));
    } catch (error) {
      if (!isRefusal(error, NAME_IN_USE)) throw error;
      await this.#update(stream);
    }
  }

  async #update(wanted: WantedStream): Promise<void> {
    const { config } = await this.#calls.repeat(() =>
      this.#calls.api<StreamInfo>(`STREAM.INFO.${wanted.name}`, undefined),
    );
    const metadata = { ...config.metadata, ...wanted.metadata };
    const updated = { ...config, ...wanted, metadata };
    if (JSON.stringify(sorted(updated)) === JSON.stringify(sorted(config))) return;
    await this.#calls.repeat(() => this.#calls.api(`STREAM.UPDATE.${wanted.name}`, updated));
  }

  #subjectsOf(bucket: string): string {
    return `$KV.${bucket.slice('KV_'.length)}.>`;
  }
}

function sorted(config: object): unknown {
  return Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
