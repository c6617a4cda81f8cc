import { cp, rm } from 'node:fs/promises';
import process from 'node:process';
import { defaultProcesses, startCluster } from '@mailprovider/cluster';
import { execa } from 'execa';
import t from 'tap';
import { requiredPrograms, WITHOUT_PROGRAMS } from './control-plane.ts';

t.setTimeout(120_000);

t.test(
  'a control plane starts again with what it held, or with an older copy of it',
  { skip: WITHOUT_PROGRAMS },
  async (t) => {
    const cluster = await startCluster({
      programs: requiredPrograms(),
      environment: process.env,
      processes: defaultProcesses({ health: 0, sender: false }),
      progress: () => undefined,
      signal: new AbortController().signal,
    });
    t.teardown(() => cluster.close());
    const { controlPlane, environment } = cluster;
    const kubectl = async (...args: string[]) =>
      (await execa('kubectl', args, { env: { ...environment } })).stdout;
    const configMaps = () => kubectl('get', 'configmap', '-o', 'name');

    await kubectl('create', 'configmap', 'older');
    await controlPlane.restartApiServer();
    t.equal(await configMaps(), 'configmap/older');

    let copy = '';
    await controlPlane.restart(async (data) => {
      copy = `${data}-copy`;
      await cp(data, copy, { recursive: true });
    });
    await kubectl('create', 'configmap', 'younger');
    t.equal(await configMaps(), 'configmap/older\nconfigmap/younger');

    await controlPlane.restart(async (data) => {
      await rm(data, { recursive: true });
      await cp(copy, data, { recursive: true });
    });
    t.equal(await configMaps(), 'configmap/older');
    t.notOk(cluster.failed.aborted, 'none of which is a failure');
  },
);
