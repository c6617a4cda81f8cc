import { Agent, request } from 'node:https';

export interface KeptConnectionOptions {
  /** Origin, such as `https://127.0.0.1:6443`. */
  readonly url: string;
  readonly authorityPem: string;
  /** Certificate and key of the client, PEM. */
  readonly client?: { readonly certificatePem: string; readonly keyPem: string };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** From the first byte sent to the last received. */
  readonly milliseconds: number;
}

/** One HTTPS connection for one request after the other. */
export class KeptConnection {
  readonly #agent: Agent;
  readonly #url: string;

  constructor({ url, authorityPem, client }: KeptConnectionOptions) {
    this.#url = url;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      ca: authorityPem,
      ...(client === undefined ? {} : { cert: client.certificatePem, key: client.keyPem }),
    });
  }

  /** Sends JSON, if any, and reads the whole answer; rejects if there is none. */
  send(method: string, path: string, body = ''): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, { method, agent: this.#agent, headers });
      sent.once('error', reject).once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', reject).once('end', () => {
          const milliseconds = performance.now() - start;
          resolve({ status: response.statusCode ?? 0, body: text, milliseconds });
        });
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
