import { join } from 'node:path';
import process from 'node:process';
import { firstExecutable, isExecutable, placesOnPath } from './executable.ts';
import { requiredVersion } from './go-module.ts';

/** Folder of the Go module that pins the programs. */
export const CONTROL_PLANE_MODULE = join(import.meta.dirname, '../control-plane');

/** Paths of the programs of a control plane. */
export interface Programs {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
}

export interface ProgramSearch {
  /** The value of KUBEBUILDER_ASSETS. */
  readonly assetsDirectory: string | undefined;
  /** Folder of this user for programs that were built. */
  readonly cacheDirectory: string;
  /** The value of PATH. */
  readonly path: string;
}

/** File names in a folder with the programs. */
export function programsIn(directory: string): Programs {
  return {
    etcd: join(directory, 'etcd'),
    kubeApiserver: join(directory, 'kube-apiserver'),
    kubectl: join(directory, 'kubectl'),
  };
}

async function programsOfAssets(directory: string, path: string): Promise<Programs> {
  const found = programsIn(directory);
  for (const file of [found.etcd, found.kubeApiserver]) {
    if (!(await isExecutable(file))) {
      throw new Error(`KUBEBUILDER_ASSETS is set, but ${file} is not an executable file`);
    }
  }
  const kubectl = await firstExecutable([found.kubectl, ...placesOnPath('kubectl', path)]);
  if (kubectl === undefined) {
    throw new Error(`no kubectl in ${directory} (KUBEBUILDER_ASSETS) nor on PATH`);
  }
  return { ...found, kubectl };
}

export interface PinnedVersions {
  readonly kubernetes: string;
  readonly etcd: string;
}

/** The versions that go.mod pins. */
export async function pinnedVersions(): Promise<PinnedVersions> {
  return {
    kubernetes: await requiredVersion(CONTROL_PLANE_MODULE, 'k8s.io/kubernetes'),
    etcd: await requiredVersion(CONTROL_PLANE_MODULE, 'go.etcd.io/etcd/server/v3'),
  };
}

/** The folder for built programs of these versions on this kind of machine. */
export function buildDirectory(cacheDirectory: string, versions: PinnedVersions): string {
  const { kubernetes, etcd } = versions;
  const name = `kubernetes-${kubernetes}-etcd-${etcd}-${process.platform}-${process.arch}`;
  return join(cacheDirectory, 'control-plane', name);
}

/**
 * Finds the programs in KUBEBUILDER_ASSETS, where kubectl may also come from PATH, else among
 * those built before; undefined if they are to be built.
 *
 * Throws if KUBEBUILDER_ASSETS is set and does not hold them.
 */
export async function findPrograms(search: ProgramSearch): Promise<Programs | undefined> {
  if (search.assetsDirectory !== undefined) {
    return programsOfAssets(search.assetsDirectory, search.path);
  }
  const built = programsIn(buildDirectory(search.cacheDirectory, await pinnedVersions()));
  const present = await Promise.all(Object.values(built).map(isExecutable));
  return present.every(Boolean) ? built : undefined;
}
