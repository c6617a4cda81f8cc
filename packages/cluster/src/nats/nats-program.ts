import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { isExecutable, placesOnPath } from '../executable.ts';
import { buildMissing, type GoBuildOptions } from '../go-build.ts';
import { requiredVersion } from '../go-module.ts';
import type { ProgramSearch } from '../programs.ts';

const MODULE = join(import.meta.dirname, '../../nats-server');
const PACKAGE_PATH = 'github.com/nats-io/nats-server/v2';
const NAME = 'nats-server';
/** Of NATS 2; a program on PATH must be as new. */
const LEAST_MINOR = 12;

async function isNewEnough(file: string): Promise<boolean> {
  const { stdout } = await execa(file, ['--version'], { reject: false });
  const minor = stdout?.match(/v2\.(\d+)\.\d+/)?.[1];
  return minor !== undefined && Number(minor) >= LEAST_MINOR;
}

/** Where the pinned version is built. */
export async function builtNatsServer(cacheDirectory: string): Promise<string> {
  const version = await requiredVersion(MODULE, PACKAGE_PATH);
  const folder = `${version}-${process.platform}-${process.arch}`;
  return join(cacheDirectory, NAME, folder, NAME);
}

/**
 * Finds nats-server in KUBEBUILDER_ASSETS, else where it was built before, else on PATH if that is
 * 2.12 or later; undefined if it is to be built.
 */
export async function findNatsServer(search: ProgramSearch): Promise<string | undefined> {
  const { assetsDirectory, cacheDirectory, path } = search;
  const assets = assetsDirectory === undefined ? [] : [join(assetsDirectory, NAME)];
  for (const file of [...assets, await builtNatsServer(cacheDirectory)]) {
    if (await isExecutable(file)) return file;
  }
  for (const file of placesOnPath(NAME, path)) {
    if ((await isExecutable(file)) && (await isNewEnough(file))) return file;
  }
  return undefined;
}

/**
 * Builds the pinned nats-server with Go into the cache of this user; returns its path.
 *
 * Safe to be interrupted and to run twice at once. Rejects with the end of Go's output if the build
 * fails, and when `signal` is aborted.
 */
export async function buildNatsServer(
  options: GoBuildOptions & { readonly cacheDirectory: string },
): Promise<string> {
  const target = await builtNatsServer(options.cacheDirectory);
  const version = await requiredVersion(MODULE, PACKAGE_PATH);
  const title = `${NAME} ${version}`;
  const program = { title, module: MODULE, packagePath: PACKAGE_PATH, target };
  await buildMissing([{ ...program, linkerFlags: '-s -w' }], options);
  return target;
}
