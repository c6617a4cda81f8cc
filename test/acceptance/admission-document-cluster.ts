import process from 'node:process';
import { type Cluster, defaultProcesses, startCluster } from '@mailprovider/cluster';
import { execa } from 'execa';
import { requiredPrograms } from '../cluster/control-plane.ts';
import { admissionDocument } from './admission-document.ts';
import type { DocumentCluster } from './document-section.ts';
import { storeUnasked } from './store-unasked.ts';

function kubectlOf(cluster: Cluster) {
  return async (args: readonly string[], input?: object) => {
    const { all, exitCode } = await execa('kubectl', args, {
      env: { ...cluster.environment },
      reject: false,
      all: true,
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    });
    return { text: all, exitCode };
  };
}

function documentCluster(cluster: Cluster): DocumentCluster {
  const kubectl = kubectlOf(cluster);
  return {
    kubectl: async (args, input) => (await kubectl(args, input)).text,
    storeUnasked: (object) => storeUnasked(object, kubectl),
  };
}

/** Starts a cluster of its own and writes the document from its answers. */
export async function answersOfCluster(): Promise<string> {
  const cluster = await startCluster({
    programs: requiredPrograms(),
    environment: process.env,
    processes: defaultProcesses({
      health: 0,
      sender: false,
      webhookFlags: ['--check-secret-access'],
    }),
    progress: () => {},
    signal: new AbortController().signal,
  });
  try {
    return await admissionDocument(documentCluster(cluster));
  } finally {
    await cluster.close();
  }
}
