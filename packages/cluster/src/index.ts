export * from './cluster.ts';
export type { RestartableControlPlane } from './control-plane.ts';
export type { ClusterEnvironment } from './environment.ts';
export { type DefaultProcessOptions, defaultProcesses, type ProcessSpec } from './process-spec.ts';
export { findPrograms, type Programs } from './programs.ts';
export type { ClusterProcess } from './restartable-process.ts';
