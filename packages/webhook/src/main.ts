import process from 'node:process';
import { createLogger, logFieldsOf, runUntilSignal } from '@mailprovider/process';
import { startWebhook } from './app.ts';
import { loadConfig } from './config.ts';

const config = loadConfig();
const logger = createLogger('webhook', config.logLevel);
process.exit(
  await runUntilSignal(
    () => startWebhook(config, logger),
    (error) => logger.fatal(logFieldsOf(error), 'mailprovider webhook failed'),
  ),
);
