import process from 'node:process';
import { loadConfig } from './config.ts';
import { interruptionSignal } from './interruption.ts';
import { run } from './run.ts';

const exitCode = await run(loadConfig(), {
  print: (line) => process.stdout.write(`${line}\n`),
  progress: (line) => process.stderr.write(`cluster: ${line}\n`),
  interrupted: interruptionSignal(),
});
process.exit(exitCode);
