import type { Test } from 'tap';
import { type FaultRun, HEARD_WITHIN_SECONDS } from './fault-run.ts';

/** What the collector has not come to yet; a leak of a kilobyte a fault would be less than a MiB. */
const RESIDENT_GROWTH_MAX_MIB = 50;

/** Asserts that a process has come through its faults with the truth in every status and no leak. */
export function assertUnharmed(t: Test, run: FaultRun): void {
  const { before, after } = run;
  t.strictSame(run.wrong, [], 'every status is right');
  t.strictSame(run.strays, [], 'no metric is left of an object that is gone');
  t.ok(after.sockets <= before.sockets, `sockets: ${before.sockets}, then ${after.sockets}`);
  t.ok(
    after.activeResources <= before.activeResources,
    `what the event loop waits for: ${before.activeResources}, then ${after.activeResources}`,
  );
  t.ok(
    after.residentMiB <= before.residentMiB + RESIDENT_GROWTH_MAX_MIB,
    `resident: ${before.residentMiB} MiB, then ${after.residentMiB}`,
  );
  for (const { resource, failures, heardSecondsAgo } of run.watches) {
    t.ok(failures > 0, `the watch of ${resource} failed ${failures} times`);
    t.ok(
      heardSecondsAgo < HEARD_WITHIN_SECONDS,
      `it told something ${heardSecondsAgo.toFixed(1)} s ago`,
    );
  }
  t.equal(run.exitCode, 0);
}
