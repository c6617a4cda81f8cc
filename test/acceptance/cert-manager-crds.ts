import { join } from 'node:path';
import process from 'node:process';
import { hasGo } from '@mailprovider/cluster/go-build';
import { execa } from 'execa';
import { z } from 'zod';

const MODULE = 'github.com/cert-manager/cert-manager';
const VERSION = 'v1.21.2';
const SUM = 'h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=';

const downloadSchema = z.object({ Dir: z.string(), Sum: z.literal(SUM) });

/** Why tests that need cert-manager's own definitions are skipped, or false; never with CI=true. */
export const WITHOUT_GO =
  process.env['CI'] !== 'true' && !(await hasGo(process.env)) && 'no Go to fetch a module with';

/** The folder of the resource definitions that cert-manager ships, fetched as a Go module. */
export async function certManagerDefinitions(): Promise<string> {
  const { stdout } = await execa('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], {
    cwd: import.meta.dirname,
    env: { GOFLAGS: '', GOWORK: 'off' },
  });
  return join(downloadSchema.parse(JSON.parse(stdout)).Dir, 'deploy/crds');
}
