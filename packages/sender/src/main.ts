import process from 'node:process';
import { createLogger, logFieldsOf, runUntilSignal } from '@mailprovider/process';
import { startSender } from './app.ts';
import { loadConfig } from './config.ts';

const config = loadConfig();
const logger = createLogger('sender', config.logLevel);
process.exit(
  await runUntilSignal(
    () => startSender(config, logger),
    (error) => logger.fatal(logFieldsOf(error), 'mailprovider sender failed'),
  ),
);
