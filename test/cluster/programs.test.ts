import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  buildDirectory,
  findPrograms,
  pinnedVersions,
  programsIn,
} from '@mailprovider/cluster/programs';
import t from 'tap';

async function putProgram(file: string, mode = 0o755): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, mode);
}

t.test('the programs of KUBEBUILDER_ASSETS are taken', async (t) => {
  const directory = t.testdir();
  const programs = programsIn(directory);
  for (const file of Object.values(programs)) await putProgram(file);
  const search = { assetsDirectory: directory, cacheDirectory: '/nowhere', path: '' };
  t.strictSame(await findPrograms(search), programs);
});

t.test('kubectl comes from PATH when it is not beside the others', async (t) => {
  const directory = t.testdir();
  const programs = programsIn(join(directory, 'assets'));
  const kubectl = join(directory, 'bin/kubectl');
  await putProgram(programs.etcd);
  await putProgram(programs.kubeApiserver);
  const search = { assetsDirectory: join(directory, 'assets'), cacheDirectory: '/nowhere' };
  await t.rejects(findPrograms({ ...search, path: '' }), { message: /no kubectl .*KUBEBUILDER/ });
  await putProgram(kubectl);
  const path = `/nowhere::${dirname(kubectl)}`;
  t.strictSame(await findPrograms({ ...search, path }), { ...programs, kubectl });
});

t.test('a KUBEBUILDER_ASSETS without the programs is an error that names the file', async (t) => {
  const directory = t.testdir();
  const { etcd, kubeApiserver } = programsIn(directory);
  const search = { assetsDirectory: directory, cacheDirectory: '/nowhere', path: '' };
  await t.rejects(findPrograms(search), { message: new RegExp(`KUBEBUILDER_ASSETS .*${etcd}`) });
  await putProgram(etcd);
  await putProgram(kubeApiserver, 0o644);
  await t.rejects(findPrograms(search), { message: new RegExp(kubeApiserver) });
});

t.test('built programs are taken only when all of them are there', async (t) => {
  const cacheDirectory = t.testdir();
  const search = { assetsDirectory: undefined, cacheDirectory, path: '' };
  const programs = programsIn(buildDirectory(cacheDirectory, await pinnedVersions()));
  t.equal(await findPrograms(search), undefined);
  await putProgram(programs.etcd);
  await putProgram(programs.kubectl);
  t.equal(await findPrograms(search), undefined);
  await putProgram(programs.kubeApiserver);
  t.strictSame(await findPrograms(search), programs);
});

t.test('other versions are built into another folder', async (t) => {
  const versions = await pinnedVersions();
  t.match(versions, { kubernetes: /^v1\.\d+\.\d+$/, etcd: /^v3\.\d+\.\d+$/ });
  const present = buildDirectory('/cache', versions);
  t.not(buildDirectory('/cache', { ...versions, kubernetes: 'v1.99.0' }), present);
  t.not(buildDirectory('/cache', { ...versions, etcd: 'v3.99.0' }), present);
});
