import type { Access } from '../measure/access.ts';
import type { Cores } from '../measure/cores.ts';

/** What each phase of the benchmark is given. */
export interface PhaseDeps {
  readonly access: Access;
  readonly cores: Cores;
  /** A folder of this run alone, on a disk. */
  readonly folder: string;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}
