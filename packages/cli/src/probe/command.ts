import process from 'node:process';
import { styleText } from 'node:util';
import { parseDuration, StartupError } from '@mailprovider/process';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import { Command, InvalidArgumentError, Option } from 'commander';
import { errorText } from '../error-text.ts';
import { openCluster } from './cluster-source.ts';
import { namesFiles, openFiles } from './file-source.ts';
import { jsonReport } from './json-report.ts';
import {
  describeExitCodes,
  EXIT_INVALID,
  EXIT_NOT_DONE,
  exitCodeOf,
  type ProbeReport,
} from './outcome.ts';
import { runProbe } from './run-probe.ts';
import type { ProbeSource } from './source.ts';
import { type Paint, textReport } from './text-report.ts';

/** Objects of a file without a namespace lie where kubectl would put them. */
const FILE_NAMESPACE = 'default';

interface ProbeFlags {
  readonly output: 'text' | 'json';
  readonly timeout: number;
  readonly credentialsNamespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly allowLoopback: boolean;
}

/** `mailprovider probe`. */
export function probeCommand(): Command {
  return new Command('probe')
    .description(
      'Probe mail providers from here: DNS, connection, TLS, greeting, EHLO, STARTTLS, login. ' +
        'A login is tried once, also one that the cluster leaves out for a while.',
    )
    .argument(
      '<file|name>',
      'YAML file or folder, "-" for standard input, or a name in the cluster',
    )
    .argument('[provider]', 'the one provider of the file to probe (default: all)')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--timeout <duration>', 'limit for one provider')
        .argParser(parseTimeout)
        .default(10_000, '10s'),
    )
    .option(
      '--credentials-namespace <name>',
      `the one namespace of Secrets (default: ${FILE_NAMESPACE} in files, ${DEFAULT_CREDENTIALS_NAMESPACE} in a cluster)`,
    )
    .addOption(
      new Option('--kubeconfig <file>', 'kubeconfig of the cluster (default: ~/.kube/config)').env(
        'KUBECONFIG',
      ),
    )
    .option('--context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--allow-loopback', 'dial loopback for a name in the cluster, as for files', false)
    .addHelpText(
      'after',
      `\nExit codes; of several providers that of the first not in order:\n${describeExitCodes()}`,
    )
    .showHelpAfterError('(run "mailprovider probe --help" for what it takes)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_INVALID))
    .action(probe);
}

function parseTimeout(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds <= 0) throw new InvalidArgumentError('must be more than 0');
  return milliseconds;
}

async function probe(what: string, provider: string | undefined, flags: ProbeFlags): Promise<void> {
  // Whoever reads us may stop to; the exit code tells all the same.
  process.stdout.on('error', () => undefined);
  try {
    const report = await reportOf(what, provider, flags);
    print(report, flags.output);
    process.exit(exitCodeOf(report));
  } catch (error) {
    process.stderr.write(`mailprovider: ${errorText(error)}\n`);
    process.exit(EXIT_NOT_DONE);
  }
}

async function reportOf(
  what: string,
  provider: string | undefined,
  flags: ProbeFlags,
): Promise<ProbeReport> {
  const source = await openSource(what, provider, flags);
  try {
    return await runProbe(source, { provider, timeoutMs: flags.timeout });
  } finally {
    await source.close();
  }
}

async function openSource(
  what: string,
  provider: string | undefined,
  flags: ProbeFlags,
): Promise<ProbeSource> {
  const { kubeconfig, context, allowLoopback } = flags;
  if (await namesFiles(what)) {
    return openFiles(what, flags.credentialsNamespace ?? FILE_NAMESPACE, new Date());
  }
  if (provider !== undefined) {
    throw new StartupError(`there is no file "${what}"; a name in the cluster stands alone`);
  }
  const credentialsNamespace = flags.credentialsNamespace ?? DEFAULT_CREDENTIALS_NAMESPACE;
  return openCluster(what, { kubeconfig, context, credentialsNamespace, allowLoopback });
}

function print(report: ProbeReport, output: ProbeFlags['output']): void {
  const now = new Date();
  if (output === 'json') {
    process.stdout.write(jsonReport(report, now));
    return;
  }
  for (const { file, object, message } of report.problems) {
    const place = object === undefined ? file : `${file}: ${object}`;
    process.stderr.write(`mailprovider: ${place}: ${message}\n`);
  }
  process.stdout.write(textReport(report.outcomes, paintFor(process.stdout), now));
}

function paintFor(stream: NodeJS.WriteStream): Paint {
  const colourful = stream.isTTY && stream.hasColors();
  return (style, text) => (colourful ? styleText(style, text) : text);
}
