import { assist } from './assist.ts';
import { type ListeningServer, serverOptionsSchema, startServer } from './listening-server.ts';

let server: ListeningServer | undefined;

assist(async (task) => {
  server ??= await startServer(serverOptionsSchema.parse(task));
  return { port: server.port, openSockets: server.openSockets() };
});
