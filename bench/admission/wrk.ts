import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import type { LoadTool } from './load-tool.ts';

const SCRIPT = join(import.meta.dirname, '../../admission/wrk-post.lua');

/** What the script prints in its last line. */
const resultSchema = z.object({
  perSecond: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  failures: z.number(),
});

/** Whether wrk can be run; its version comes with exit code 1. */
export async function hasWrk(): Promise<boolean> {
  const { exitCode } = await execa('wrk', ['--version'], { reject: false });
  return exitCode !== undefined;
}

export const wrk: LoadTool = {
  name: 'wrk',
  async run({ url, bodyFile, seconds, connections, pin, signal }) {
    const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', SCRIPT];
    const [file, ...args] = [...pin, 'wrk', ...flags, url, '--', bodyFile];
    const { stdout } = await execa(file ?? '', args, { cancelSignal: signal });
    return resultSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  },
};
