import { join, relative } from 'node:path';
import process from 'node:process';
import {
  type BindAddress,
  credentialsNamespaceFlag,
  parseBindAddress,
  parsePort,
  runUntilSignal,
} from '@mailprovider/process';
import { Command, Option } from 'commander';
import { errorText } from './error-text.ts';
import { probeCommand } from './probe/command.ts';
import { defaultDataFolder } from './standalone/config.ts';
import { startStandalone } from './standalone/start.ts';
import { jsonView } from './view/json-view.ts';
import { terminalView } from './view/terminal-view.ts';

/** Read when no folder is named. */
const EXAMPLES = join(import.meta.dirname, '../../../examples/standalone');
/** Objects without a namespace lie where kubectl would put them. */
const STANDALONE_NAMESPACE = 'default';

interface StartFlags {
  readonly credentialsNamespace: string;
  readonly metricsBindAddress: BindAddress;
  readonly mailbox: boolean;
  readonly mailboxSmtpPort: number;
  readonly mailboxSmtpsPort: number;
  readonly submitBindAddress: BindAddress;
  readonly dataDir?: string;
}

const now = () => new Date();

/** Whoever reads us may stop to: `mailprovider start | head`. */
function endWithReader(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}

async function start(folder: string, flags: StartFlags): Promise<void> {
  process.stdout.on('error', endWithReader);
  const view = process.stdout.isTTY
    ? terminalView(process.stdout, now)
    : jsonView(process.stdout, now);
  const ports = { smtpPort: flags.mailboxSmtpPort, smtpsPort: flags.mailboxSmtpsPort };
  const dataFolder = flags.dataDir ?? defaultDataFolder(folder);
  const mailbox = flags.mailbox ? ports : undefined;
  const exitCode = await runUntilSignal(
    () => startStandalone({ ...flags, folder, mailbox, dataFolder }, view),
    (error) => process.stderr.write(`mailprovider: ${errorText(error)}\n`),
  );
  process.exit(exitCode);
}

/** The `mailprovider` command. */
export function createProgram(): Command {
  const program = new Command('mailprovider')
    .description('Declare, check and use mail servers, with or without a cluster.')
    .showHelpAfterError('(run "mailprovider --help" for the commands)');
  program
    .command('start')
    .description(
      'Check the mail providers of a folder of Kubernetes YAML, show their state, and send mails.',
    )
    .argument('[dir]', 'folder with MailProvider and Secret objects', relative('', EXAMPLES))
    .addOption(credentialsNamespaceFlag(STANDALONE_NAMESPACE))
    .addOption(
      new Option('--metrics-bind-address <host:port>', 'address of /metrics')
        .argParser(parseBindAddress)
        .default(parseBindAddress('127.0.0.1:0'), '127.0.0.1:0'),
    )
    .option('--mailbox-smtp-port <port>', 'SMTP port of the mailbox', parsePort, 1025)
    .option('--mailbox-smtps-port <port>', 'implicit TLS port of the mailbox', parsePort, 1465)
    .option('--no-mailbox', 'do not start the development mailbox')
    .addOption(
      new Option('--submit-bind-address <host:port>', 'loopback address that mails are posted to')
        .argParser(parseBindAddress)
        .default(parseBindAddress('127.0.0.1:8025'), '127.0.0.1:8025'),
    )
    .option('--data-dir <folder>', 'where mails are kept; default: in the state folder of the user')
    .action(start);
  program.addCommand(probeCommand());
  return program;
}
