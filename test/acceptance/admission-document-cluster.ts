import process from 'node:process';
import { type Cluster, defaultProcesses, startCluster } from '@mailprovider/cluster';
import { execa } from 'execa';
import { requiredPrograms } from '../cluster/control-plane.ts';
import { admissionDocument, type DocumentCluster } from './admission-document.ts';

const REGISTRATIONS = 'validatingwebhookconfigurations,mutatingwebhookconfigurations';

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
    async storeUnasked(object) {
      const { text } = await kubectl(['get', REGISTRATIONS, '-o', 'json']);
      await kubectl(['delete', REGISTRATIONS, '--all']);
      // The API server takes a moment to see that nobody is to be asked any more.
      while ((await kubectl(['create', '-f', '-'], object)).exitCode !== 0);
      await kubectl(['create', '-f', '-'], JSON.parse(text));
      const other = { ...object, metadata: { name: 'trial' } };
      while ((await kubectl(['create', '--dry-run=server', '-f', '-'], other)).exitCode === 0);
    },
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
