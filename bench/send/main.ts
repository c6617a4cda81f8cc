import process from 'node:process';
import { interruptionSignal } from '@mailprovider/cluster/interruption';
import { loadConfig } from './config.ts';
import { run } from './run.ts';

process.exitCode = await run(loadConfig(), {
  print: (text) => process.stdout.write(`${text}\n`),
  progress: (line) => process.stderr.write(`bench: ${line}\n`),
  interrupted: interruptionSignal(),
});
