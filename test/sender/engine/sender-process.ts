import process from 'node:process';
import { createLogger, listen, parseBindAddress } from '@mailprovider/process';
import { loopbackAuthenticator } from '@mailprovider/sender/api/loopback-only';
import { createApiServer } from '@mailprovider/sender/api/server';
import { createSender } from '@mailprovider/sender/create-sender';
import { DEFAULT_SUBMISSION_LIMITS as limits } from '@mailprovider/sender/mail/submission-limits';
import { createAddressPolicy } from '@mailprovider/smtp';
import { Declared } from './declared.ts';
import { localSpec } from './local-spec.ts';
import { openStore, storeEngineSchema } from './store-engine.ts';

/** Serves the submit API for one provider until it is killed, and says on its standard output where. */
const [engine = '', smtpPort = ''] = process.argv.slice(2);
const declared = new Declared();
declared.provider(
  'first',
  localSpec(Number(smtpPort), { retry: { count: 10, queueSize: 10_000 } }),
);
const observe = () => {};
const sender = await createSender({
  store: await openStore(storeEngineSchema.parse(JSON.parse(engine))),
  providers: declared,
  references: { lookUp: async () => ({ found: false, why: 'no-such-kind' }) },
  secrets: declared,
  credentialsNamespace: 'mail',
  addressPolicy: createAddressPolicy({ allowLoopback: true }),
  observer: {
    accepted: observe,
    refused: observe,
    attempted: observe,
    rerouted: observe,
    ended: observe,
  },
  logger: createLogger('sender', 'silent'),
});
const api = createApiServer({
  sender,
  providers: declared,
  authenticate: loopbackAuthenticator,
  limits,
});
const url = await listen(api, parseBindAddress('127.0.0.1:0'), '--bind-address');
process.stdout.write(`${url}\n`);
process.once('SIGTERM', async () => {
  await api.close();
  await sender.close();
});
