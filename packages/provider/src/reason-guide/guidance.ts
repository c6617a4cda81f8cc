import type { Stage } from '../reasons.ts';

/** What to do about a reason, in Markdown; HOST, PORT, NAME, SECRET and KEY stand for those of the spec. */
export interface Guidance {
  /** What usually leads to it, the most frequent first. */
  readonly causes: readonly string[];
  /** What to do, as sentences. */
  readonly fix: readonly string[];
}

/** What to know of a failed session. */
export interface SessionGuidance extends Guidance {
  /** In which a session can fail for it, in their order. */
  readonly stages: readonly Stage[];
  /** Whether it can pass without anyone changing anything. */
  readonly passes: 'yes' | 'no' | 'after-4yz';
}
