import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import { z } from 'zod';

const packages = join(import.meta.dirname, '../../../packages');
const logSchema = z.looseObject({
  msg: z.string(),
  server: z.string().optional(),
  url: z.string().optional(),
});

/** Starts a process of ours; `serving` waits for one of its servers and returns the URL. */
export function launch(t: Test, name: string, flags: readonly string[]) {
  const child = spawn(process.execPath, [
    join(packages, name, name === 'webhook' ? 'dist/main.js' : `bin/mailprovider-${name}.js`),
    ...flags,
  ]);
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const serving = async (server: string): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended`);
      const line = logSchema.parse(JSON.parse(value));
      if (line.msg === 'serving' && line.server === server) return line.url ?? '';
    }
  };
  return { child, serving };
}
