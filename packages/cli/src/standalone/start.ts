import process from 'node:process';
import {
  createHealthMetrics,
  DEFAULT_CONCURRENCY,
  DEFAULT_INTERVALS,
  HealthEngine,
  PROBE_TIMEOUT_MS,
} from '@mailprovider/health';
import type { Mailbox } from '@mailprovider/mailbox';
import {
  type BindAddress,
  createLogger,
  createOperationsServer,
  createRegistry,
  listen,
  type RunningApp,
  systemClock,
} from '@mailprovider/process';
import { createAddressPolicy, systemResolver } from '@mailprovider/smtp';
import type { Problem } from '../folder/documents.ts';
import { watchFolder } from '../folder/watch-folder.ts';
import { rowOf } from '../view/row.ts';
import type { Snapshot } from '../view/screen.ts';
import type { View } from '../view/view.ts';
import { MAILBOX_CREDENTIALS, type MailboxPorts, startDevelopmentMailbox } from './mailbox.ts';
import { ProviderStore } from './provider-store.ts';
import { type TriedSender, trySender } from './tried-sender.ts';

export interface StartOptions {
  readonly folder: string;
  readonly credentialsNamespace: string;
  readonly metricsBindAddress: BindAddress;
  readonly mailbox: MailboxPorts | undefined;
  /** Of the submit API. */
  readonly submitBindAddress: BindAddress;
  /** Where mails are kept. */
  readonly dataFolder: string;
}

/**
 * Runs everything from a folder of YAML in this process, without a cluster.
 *
 * Rejects with `StartupError` if the folder cannot be read. A mailbox whose port is taken is left
 * out and said to be: the providers are then checked against whatever listens there. So is a sender
 * that cannot start.
 */
export async function startStandalone(options: StartOptions, view: View): Promise<RunningApp> {
  const { folder, credentialsNamespace } = options;
  const mailbox = await tryMailbox(options.mailbox);
  const store = new ProviderStore({ credentialsNamespace });
  const registry = createRegistry();
  const engine = new HealthEngine({
    check: {
      credentialsNamespace,
      secrets: store,
      resolver: systemResolver(),
      addressPolicy: createAddressPolicy({ allowLoopback: true }),
      timeoutMs: PROBE_TIMEOUT_MS,
      monotonicMs: systemClock.monotonicMs,
    },
    statusWriter: store,
    // The screen shows each change.
    events: { record() {} },
    metrics: createHealthMetrics(registry),
    clock: systemClock,
    // What goes well is on the screen already.
    logger: createLogger('health', 'error', process.stderr),
    intervals: DEFAULT_INTERVALS,
    concurrency: DEFAULT_CONCURRENCY,
    random: Math.random,
  });
  const operations = createOperationsServer({ registry, isReady: () => true });
  const url = await listen(operations, options.metricsBindAddress, '--metrics-bind-address');
  const metricsUrl = `${url}/metrics`;

  let folderProblems: readonly Problem[] = [];
  let sender: TriedSender | undefined;
  const show = () => {
    // Nothing is to be shown before all of it is known.
    if (sender === undefined) return;
    view.show(snapshotOf({ store, folder, metricsUrl, mailbox, sender, folderProblems }));
  };
  store.listen({
    stored: (provider) => engine.stored(provider),
    deleted: (name) => engine.deleted(name),
    secretChanged: (name) => engine.secretChanged(name),
    reloaded: show,
  });
  store.listen({ stored: show, deleted() {}, secretChanged() {}, reloaded() {} });
  const close = async () => {
    await Promise.all([engine.close(), sender?.running?.close()]);
    await operations.close();
    await mailbox.running?.close();
    view.close();
  };
  try {
    const watcher = await watchFolder(folder, {
      changed(content) {
        folderProblems = [];
        store.apply(content, systemClock.now());
      },
      vanished() {
        folderProblems = [{ file: folder, message: 'cannot be read now; the last state is kept' }];
        show();
      },
    });
    const { submitBindAddress: bindAddress, dataFolder } = options;
    const senderOptions = { bindAddress, dataFolder, credentialsNamespace };
    sender = await trySender(senderOptions, store, registry);
    show();
    return {
      async close() {
        await watcher.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface TriedMailbox {
  readonly running?: Mailbox;
  readonly description: readonly string[];
  /** What to do about a mailbox that could not start. */
  readonly remedy?: string;
}

async function tryMailbox(ports: MailboxPorts | undefined): Promise<TriedMailbox> {
  if (ports === undefined) return { description: ['not started (--no-mailbox)'] };
  try {
    const running = await startDevelopmentMailbox(ports, systemClock.now());
    const { username, password } = MAILBOX_CREDENTIALS;
    return {
      running,
      description: [
        `localhost:${running.smtpPort} (STARTTLS), localhost:${running.smtpsPort} (implicit TLS)`,
        `user name "${username}", password "${password}"`,
        `what arrives: ${running.url}`,
      ],
    };
  } catch (error) {
    const { smtpPort, smtpsPort } = ports;
    return {
      description: [`not started: ${error instanceof Error ? error.message : error}`],
      remedy: `The mailbox is not running: free the ports ${smtpPort} and ${smtpsPort} and start again (or see --help for other ports).`,
    };
  }
}

interface Shown {
  readonly store: ProviderStore;
  readonly folder: string;
  readonly metricsUrl: string;
  readonly mailbox: TriedMailbox;
  readonly sender: TriedSender;
  readonly folderProblems: readonly Problem[];
}

function snapshotOf({
  store,
  folder,
  metricsUrl,
  mailbox,
  sender,
  folderProblems,
}: Shown): Snapshot {
  const { providers } = store.state;
  const problems = [...folderProblems, ...store.state.problems];
  const rows = [...providers].flatMap(([name, { file, warnings, fallbackWarnings }]) => {
    const provider = store.provider(name);
    if (provider === undefined) return [];
    return [{ ...rowOf(provider), file, warnings: [...warnings, ...fallbackWarnings] }];
  });
  rows.sort((a, b) => a.name.localeCompare(b.name));
  const remedy = mailbox.remedy ?? sender.remedy;
  const mailboxUrl = mailbox.running?.url;
  const mailsUrl = sender.running?.mailsUrl;
  return {
    folder,
    rows,
    problems,
    metricsUrl,
    mailbox: mailbox.description,
    sender: sender.description,
    ...(mailboxUrl === undefined ? {} : { mailboxUrl }),
    ...(mailsUrl === undefined ? {} : { mailsUrl }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}
