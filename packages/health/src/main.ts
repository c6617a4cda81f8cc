import process from 'node:process';
import { createLogger, logFieldsOf, runUntilSignal } from '@mailprovider/process';
import { startHealth } from './app.ts';
import { loadConfig } from './config.ts';

const config = loadConfig();
const logger = createLogger('health', config.logLevel);
process.exit(
  await runUntilSignal(
    () => startHealth(config, logger),
    (error) => logger.fatal(logFieldsOf(error), 'mailprovider health failed'),
  ),
);
