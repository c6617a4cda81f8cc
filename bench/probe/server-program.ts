import { assist } from '../measure/assist.ts';
import { serverOptionsSchema, startServer } from './listening-server.ts';

assist(async (task) => ({ port: await startServer(serverOptionsSchema.parse(task)) }));
