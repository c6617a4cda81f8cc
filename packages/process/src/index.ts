export * from './bind-address.ts';
export * from './deadline.ts';
export * from './flags.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './operations-server.ts';
export * from './run.ts';
