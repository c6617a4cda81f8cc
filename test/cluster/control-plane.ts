import { loadConfig } from '@mailprovider/cluster/config';
import { findPrograms, type Programs } from '@mailprovider/cluster/programs';

const { assetsDirectory, cacheDirectory, continuousIntegration, environment } = loadConfig([
  'node',
  'cluster',
]);
const found = await findPrograms({
  assetsDirectory,
  cacheDirectory,
  path: environment['PATH'] ?? '',
});

/**
 * Why tests that start a control plane of their own are skipped, or false.
 *
 * In continuous integration they are not skipped: they fail.
 */
export const WITHOUT_PROGRAMS =
  found === undefined && !continuousIntegration && 'no kube-apiserver; see CONTRIBUTING.md';

/** The programs of a control plane; throws if there are none. */
export function requiredPrograms(): Programs {
  if (found === undefined) throw new Error('no kube-apiserver; see CONTRIBUTING.md');
  return found;
}
