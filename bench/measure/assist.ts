import process from 'node:process';

/** Does what the process that started this one asks for, until that one goes away. */
export function assist(perform: (task: unknown) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (task) => {
    void perform(task).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ failure: String(error) }),
    );
  });
}
