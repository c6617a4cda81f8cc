import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { answerSchema } from './answer-schema.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface PostOptions {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of a webhook that keeps its connections, as the API server does. */
export function webhookClient(t: Test, url: string) {
  // The certificate of a test has no authority; what is tested is above TLS.
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  t.teardown(() => agent.destroy());

  const post = async (body: string | Buffer, options: PostOptions = {}): Promise<HttpAnswer> => {
    const { path = '/validate', method = 'POST', headers } = options;
    const sent = request(new URL(path, url), {
      agent,
      method,
      headers: { 'content-type': 'application/json', ...headers },
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  /** Sends a review and returns the response in the answer, which must be one. */
  const ask = async (path: string, review: object) => {
    const { status, body } = await post(JSON.stringify(review), { path });
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return answerSchema.parse(JSON.parse(body)).response;
  };
  return { post, ask };
}
