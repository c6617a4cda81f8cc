import { Agent, get } from 'node:http';
import { z } from 'zod';
import { assist } from '../measure/assist.ts';
import { repeat } from '../measure/repeat.ts';

const taskSchema = z.object({
  urls: z.tuple([z.url()], z.url()),
  concurrency: z.int(),
  seconds: z.number(),
  /** What each answer must contain. */
  expected: z.string(),
});

const agent = new Agent({ keepAlive: true });

function bodyOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (chunk: string) => {
        body += chunk;
      });
      response.once('error', reject).once('end', () => resolve(body));
    }).once('error', reject);
  });
}

assist((message) => {
  const { urls, expected, ...limits } = taskSchema.parse(message);
  let next = 0;
  return repeat(async () => {
    next = (next + 1) % urls.length;
    const body = await bodyOf(urls[next] ?? urls[0]);
    if (!body.includes(expected)) throw new Error(`an answer is without ${expected.trim()}`);
  }, limits);
});
