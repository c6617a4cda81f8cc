import { buildMissing, type GoBuildOptions } from './go-build.ts';
import {
  buildDirectory,
  CONTROL_PLANE_MODULE,
  type PinnedVersions,
  type Programs,
  pinnedVersions,
  programsIn,
} from './programs.ts';

export interface BuildOptions extends GoBuildOptions {
  /** Folder of this user for programs that were built. */
  readonly cacheDirectory: string;
}

function linkerFlags({ kubernetes }: PinnedVersions): string {
  const [major = '', minor = ''] = kubernetes.replace('v', '').split('.');
  const version = 'k8s.io/component-base/version';
  return [
    '-s -w',
    `-X ${version}.gitVersion=${kubernetes}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ].join(' ');
}

/**
 * Builds with Go what is missing of the pinned programs, into the cache of this user.
 *
 * Safe to be interrupted and to run twice at once. Rejects with the end of Go's output if a build
 * fails, and when `signal` is aborted.
 */
export async function buildPrograms(options: BuildOptions): Promise<Programs> {
  const versions = await pinnedVersions();
  const directory = buildDirectory(options.cacheDirectory, versions);
  const programs = programsIn(directory);
  const common = { module: CONTROL_PLANE_MODULE, linkerFlags: linkerFlags(versions) };
  const { kubernetes, etcd } = versions;
  options.progress(`building the control plane with Go, once, into ${directory}`);
  await buildMissing(
    [
      {
        ...common,
        title: `etcd ${etcd}`,
        packagePath: 'go.etcd.io/etcd/server/v3',
        target: programs.etcd,
      },
      {
        ...common,
        title: `kube-apiserver ${kubernetes}`,
        packagePath: 'k8s.io/kubernetes/cmd/kube-apiserver',
        target: programs.kubeApiserver,
      },
      {
        ...common,
        title: `kubectl ${kubernetes}`,
        packagePath: 'k8s.io/kubernetes/cmd/kubectl',
        target: programs.kubectl,
      },
    ],
    options,
  );
  return programs;
}
