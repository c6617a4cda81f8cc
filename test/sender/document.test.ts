import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import { execa } from 'execa';
import t from 'tap';

const ROOT = join(import.meta.dirname, '../../..');
const page = await readFile(join(ROOT, 'docs/sender.md'), 'utf8');

t.test(
  'every metric that docs/sender.md names exists, and each of the sender is named',
  async (t) => {
    const named = new Set(
      (page.match(/\bbreakglass_mailprovider_[a-z_]+/g) ?? []).map((name) =>
        name.replace(/_bucket$/, ''),
      ),
    );
    const metrics: readonly Metric[] = Object.values(METRICS);
    const own = metrics.filter(({ exportedBy }) => exportedBy.includes('sender'));
    t.strictSame([...named].sort(), own.map(({ name }) => name).sort());
  },
);

t.test('docs/sender.md shows the flags there are', async (t) => {
  const program = join(ROOT, 'packages/sender/bin/mailprovider-sender.js');
  const env = { PATH: process.env['PATH'] };
  const { stdout } = await execa(process.execPath, [program, '--help'], { env, extendEnv: false });
  t.ok(page.includes(`\`\`\`text\n${stdout}\n\`\`\`\n`), 'else put in what --help prints');
});
