import { X509Certificate } from 'node:crypto';
import type { Clock, Logger } from '@mailprovider/process';
import type { ServedCertificate } from '@mailprovider/process/certificates/served-certificate';
import { type Bundle, decodeBundle, encodeBundle, trustBundle } from './bundle.ts';
import type { CertificateMetrics } from './certificate-metrics.ts';
import { endOf, isValidAt } from './key-pair.ts';
import { NextTrust } from './next-trust.ts';
import type { CertificateStore, Registration, Registrations } from './ports.ts';
import { Publication } from './publication.ts';
import { renew } from './renew.ts';
import { decideRenewal, type Lifetimes, type RenewalStep } from './renewal.ts';

/** Each step of a renewal is one pass, and each conflict with another replica. */
const MOST_PASSES = 10;
const PAUSE_AFTER_THOSE_MS = 1_000;

export interface RotationSettings {
  readonly lifetimes: Lifetimes;
  /** DNS names and IP addresses that the webhook is reached by. */
  readonly names: readonly string[];
  /** How long every registration has to hold a next authority before it signs. */
  readonly trustDelayMs: number;
  /** How often the wall clock is looked at: timers stand still while a virtual machine does. */
  readonly checkIntervalMs: number;
}

export interface RotationDeps {
  readonly store: CertificateStore;
  readonly registrations: Registrations;
  readonly settings: RotationSettings;
  readonly served: ServedCertificate;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: CertificateMetrics;
}

/** What the registrations held, or why that is not known. */
type Seen = { readonly all: readonly Registration[] } | { all?: undefined; failure: unknown };

/**
 * Brings the Secret, the certificate that is served and the registrations to what they are to be.
 *
 * Replicas share nothing but the Secret. Each pass reads the registrations first and the Secret after
 * them, and writes both by compare-and-swap: so a caBundle that is written is never older than the
 * Secret was when the version of the registration it replaces was read.
 */
export class Rotation {
  readonly #deps: RotationDeps;
  readonly #publication: Publication;
  readonly #nextTrust = new NextTrust();
  /** As last read; what to go on from when the Secret is deleted or spoilt. */
  #lastBundle: Bundle | undefined;

  constructor(deps: RotationDeps) {
    this.#deps = deps;
    this.#publication = new Publication(deps);
  }

  /** Resolves with the pause in milliseconds until the next time. Throws `ApiError`. */
  async reconcile(): Promise<number> {
    for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
      const pauseMs = await this.#pass();
      if (pauseMs !== undefined) return pauseMs;
    }
    return PAUSE_AFTER_THOSE_MS;
  }

  /** Does one thing; undefined if there may be more to do. */
  async #pass(): Promise<number | undefined> {
    const { store, settings } = this.#deps;
    const seen = await this.#readRegistrations();
    const stored = await store.read();
    const bundle = decodeBundle(stored?.texts ?? {});
    const due = this.#due(bundle, seen.all);
    if (due.step !== 'none') {
      const options = { ...settings, now: this.#deps.clock.now() };
      const renewed = await renew(due.from, due.step, options);
      const { step } = due;
      if (await store.write(stored, encodeBundle(renewed))) {
        this.#deps.logger.info({ step }, 'certificate renewed');
      }
      return undefined;
    }
    if (bundle !== undefined) this.#adopt(bundle);
    if (seen.all === undefined) throw seen.failure;
    if (bundle === undefined) return undefined;
    const published = await this.#publication.publish(seen.all, trustBundle(bundle));
    if (published.is === 'again') return undefined;
    return published.is === 'later' ? published.afterMs : settings.checkIntervalMs;
  }

  /** The Secret can be kept in order also while the registrations cannot be read. */
  async #readRegistrations(): Promise<Seen> {
    try {
      return { all: await this.#deps.registrations.read() };
    } catch (failure) {
      return { failure };
    }
  }

  #due(
    bundle: Bundle | undefined,
    registrations: readonly Registration[] | undefined,
  ): { readonly step: RenewalStep; readonly from: Bundle | undefined } {
    const { clock, settings } = this.#deps;
    const last = this.#lastBundle;
    const now = clock.now();
    if (bundle === undefined && last !== undefined && isUsable(last, now)) {
      // Clients trust what was lost; a new authority takes over as it does every year.
      return { step: 'announce-authority', from: { ...last, next: undefined } };
    }
    const nowMs = clock.monotonicMs();
    this.#nextTrust.observe(bundle?.next?.certificatePem, registrations, nowMs);
    const nextIsTrusted = this.#nextTrust.hasLasted(settings.trustDelayMs, nowMs);
    return { step: decideRenewal(bundle, { ...settings, now, nextIsTrusted }), from: bundle };
  }

  #adopt(bundle: Bundle): void {
    this.#lastBundle = bundle;
    const { leaf, authority } = bundle;
    if (leaf === undefined) return;
    const { served, metrics, logger } = this.#deps;
    const isFirst = served.get() === undefined;
    const expires = endOf(new X509Certificate(leaf.certificatePem));
    metrics.ends('leaf', expires);
    metrics.ends('ca', endOf(new X509Certificate(authority.certificatePem)));
    if (!served.set({ cert: leaf.certificatePem, key: leaf.keyPem }) || isFirst) return;
    metrics.reloaded('success');
    logger.info({ expires }, 'certificate reloaded');
  }
}

function isUsable({ authority }: Bundle, now: Date): boolean {
  return isValidAt(new X509Certificate(authority.certificatePem), now);
}
