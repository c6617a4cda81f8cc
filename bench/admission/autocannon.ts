import { createRequire } from 'node:module';
import process from 'node:process';
import { execa } from 'execa';
import { z } from 'zod';
import type { LoadTool } from './load-tool.ts';

const PROGRAM = createRequire(import.meta.url).resolve('autocannon');

const resultSchema = z.object({
  requests: z.object({ average: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number() }),
  errors: z.number(),
  non2xx: z.number(),
});

/** Needs no installation; its latencies are whole milliseconds. */
export const autocannon: LoadTool = {
  name: 'autocannon',
  async run({ url, bodyFile, seconds, connections, pin, signal }) {
    const load = ['--connections', String(connections), '--duration', String(seconds)];
    const request = ['--method', 'POST', '--headers', 'content-type=application/json'];
    const flags = ['--json', '--no-progress', ...load, ...request, '--input', bodyFile];
    const [file, ...args] = [...pin, process.execPath, PROGRAM, ...flags, url];
    const { stdout } = await execa(file ?? '', args, { cancelSignal: signal });
    const { requests, latency, errors, non2xx } = resultSchema.parse(JSON.parse(stdout));
    return {
      perSecond: requests.average,
      p50Ms: latency.p50,
      p99Ms: latency.p99,
      failures: errors + non2xx,
    };
  },
};
