import { createServer, type Server } from 'node:http';
import type { MessageStore } from './message-store.ts';

/** An HTTP server that answers every GET with the messages as a JSON list. */
export function createMessageServer(store: Pick<MessageStore, 'list'>): Server {
  return createServer((request, response) => {
    request.resume();
    if (request.method !== 'GET') {
      response.writeHead(405, { allow: 'GET' }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(store.list()));
  });
}
