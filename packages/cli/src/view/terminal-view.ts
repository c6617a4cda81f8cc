import { createLogUpdate } from 'log-update';
import { renderScreen, type Snapshot } from './screen.ts';
import type { View } from './view.ts';

/** The AGE column counts seconds. */
const REDRAW_MS = 1_000;

/** Shows one live screen on a terminal. */
export function terminalView(stream: NodeJS.WriteStream, now: () => Date): View {
  const update = createLogUpdate(stream);
  let latest: Snapshot | undefined;
  const draw = () => {
    if (latest === undefined) return;
    // A line stays free for the cursor.
    update(renderScreen(latest, now(), { columns: stream.columns, rows: stream.rows - 1 }));
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(snapshot) {
      latest = snapshot;
      draw();
    },
    close() {
      clearInterval(timer);
      update.done();
    },
  };
}
