import { readFileSync } from 'node:fs';
import type { Cluster } from '@mailprovider/cluster';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import { z } from 'zod';

const CONNECTIONS = 64;

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.base64() }),
    }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
    }),
  ]),
});

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** The API server as its admin sees it, over kept connections: many requests a second. */
export interface AdminClient {
  send(request: ApiRequest): Promise<ApiAnswer>;
  close(): Promise<void>;
}

function pem(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

export function createAdminClient({ environment }: Pick<Cluster, 'environment'>): AdminClient {
  const text = readFileSync(environment.KUBECONFIG, 'utf8');
  const { clusters, users } = kubeconfigSchema.parse(parse(text));
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const dispatcher = new Agent({
    connections: CONNECTIONS,
    connect: {
      ca: pem(cluster['certificate-authority-data']),
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
    },
  });
  return {
    async send({ method, path, contentType, body }) {
      const answer = await request(cluster.server + path, {
        method,
        dispatcher,
        ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.statusCode, body: await answer.body.text() };
    },
    close: () => dispatcher.close(),
  };
}
