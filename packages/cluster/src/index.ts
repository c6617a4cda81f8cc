export * from './cluster.ts';
export type { ClusterEnvironment } from './environment.ts';
export { DEFAULT_PROCESSES, type ProcessSpec } from './process-spec.ts';
export { findPrograms, type Programs } from './programs.ts';
