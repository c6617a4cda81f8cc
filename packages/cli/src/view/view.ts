import type { Snapshot } from './screen.ts';

/** Something that shows snapshots to whoever started the command. */
export interface View {
  show(snapshot: Snapshot): void;
  close(): void;
}
