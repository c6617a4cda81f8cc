import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import {
  type Configuration,
  createConfiguration,
  HttpMethod,
  type KubeConfig,
  RequestContext,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
import { withDeadline } from '@mailprovider/process';
import { Agent, type Dispatcher, request as send } from 'undici';

/** The API server answers 429 to half of 1,000 requests at once; with 16 connections to none. */
const CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
/** Limit of one request where none is given. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often the CA file is looked at again; the kubelet rotates it without a restart. */
const CA_CHECK_INTERVAL_MS = 60_000;

/** A call whose body and answer are JSON. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
}

export interface JsonAnswer {
  readonly status: number;
  /** The API server's clock, in whole seconds. */
  readonly date: Date;
  /** Only of an answer with a status below 300; of the others no text is kept. */
  readonly body: unknown;
}

export interface GetOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

/**
 * The one way to the API server: kept connections, a limit on every request, credentials that are
 * read again when their files change.
 *
 * client-node by itself opens a TLS connection for each request; its typed APIs are built here on
 * `configuration()` instead. What is called often is called by `request`, at a third of their cost.
 */
export class ApiConnection {
  readonly #kubeConfig: KubeConfig;
  readonly #server: string;
  readonly #requestTimeoutMs: number;
  readonly #caFile: string | undefined;
  #agent: Promise<Agent> | undefined;
  #ca = '';
  #caCheckedAt = 0;

  constructor(kubeConfig: KubeConfig, options: { readonly requestTimeoutMs?: number } = {}) {
    const cluster = kubeConfig.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig names no current cluster');
    this.#kubeConfig = kubeConfig;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#server = cluster.server.replace(/\/$/, '');
    this.#caFile = cluster.caFile;
  }

  /** What client-node's typed APIs are constructed with. */
  configuration(): Configuration {
    return createConfiguration({
      baseServer: new ServerConfiguration(this.#server, {}),
      authMethods: { default: this.#kubeConfig },
      httpApi: wrapHttpLibrary({ send: (request) => this.#sendTyped(request) }),
    });
  }

  /** A GET whose body is read as it comes; the caller's signal is its only limit. */
  async get(path: string, options: GetOptions): Promise<Dispatcher.ResponseData> {
    const request = new RequestContext(this.#url(path, options.query ?? {}), HttpMethod.GET);
    request.setHeaderParam('Accept', options.accept ?? 'application/json');
    await this.#kubeConfig.applySecurityAuthentication(request);
    return this.#send(request, options.signal);
  }

  /** One call within the limit of this connection; any status is an answer. */
  request({ method, path, query = {}, body, contentType }: JsonRequest): Promise<JsonAnswer> {
    return withDeadline(undefined, this.#requestTimeoutMs, async (signal) => {
      const request = new RequestContext(this.#url(path, query), HttpMethod[method]);
      request.setHeaderParam('Accept', 'application/json');
      if (body !== undefined) {
        request.setHeaderParam('Content-Type', contentType ?? 'application/json');
        request.setBody(JSON.stringify(body));
      }
      await this.#kubeConfig.applySecurityAuthentication(request);
      const { statusCode, headers, body: answer } = await this.#send(request, signal);
      const text = await answer.text();
      return {
        status: statusCode,
        date: new Date(String(headers['date'])),
        body: statusCode < 300 ? JSON.parse(text) : undefined,
      };
    });
  }

  #url(path: string, query: Readonly<Record<string, string>>): string {
    const url = new URL(this.#server + path);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    return url.toString();
  }

  /** Ends the kept connections; requests still running fail. */
  async close(): Promise<void> {
    await (await this.#agent)?.destroy();
  }

  #sendTyped(request: RequestContext): Promise<ResponseContext> {
    return withDeadline(request.getSignal(), this.#requestTimeoutMs, async (signal) => {
      const { statusCode, headers, body: answer } = await this.#send(request, signal);
      const body = Buffer.from(await answer.arrayBuffer());
      const single = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
      return new ResponseContext(statusCode, Object.fromEntries(single), {
        text: async () => body.toString('utf8'),
        binary: async () => body,
        stream: () => null,
      });
    });
  }

  async #send(request: RequestContext, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const body = request.getBody();
    return send(request.getUrl(), {
      method: request.getHttpMethod(),
      headers: request.getHeaders(),
      dispatcher: await this.#currentAgent(),
      signal,
      ...(typeof body === 'string' ? { body } : {}),
    });
  }

  #currentAgent(): Promise<Agent> {
    if (this.#agent === undefined || this.#caChanged()) {
      // The requests of the old one finish first.
      void this.#agent?.then((old) => old.close()).catch(() => undefined);
      const agent = this.#createAgent();
      // The next call tries again.
      agent.catch(() => {
        if (this.#agent === agent) this.#agent = undefined;
      });
      this.#agent = agent;
    }
    return this.#agent;
  }

  #readCa(): string {
    this.#caCheckedAt = Date.now();
    return this.#caFile === undefined ? '' : readFileSync(this.#caFile, 'utf8');
  }

  async #createAgent(): Promise<Agent> {
    this.#ca = this.#readCa();
    const options: RequestOptions = {};
    await this.#kubeConfig.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    return new Agent({
      connections: CONNECTIONS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        keepAlive: true,
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
        ...(servername === undefined ? {} : { servername }),
      },
    });
  }

  #caChanged(): boolean {
    if (Date.now() - this.#caCheckedAt < CA_CHECK_INTERVAL_MS) return false;
    return this.#ca !== this.#readCa();
  }
}
