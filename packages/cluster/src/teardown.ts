type Step = () => void | Promise<void>;

/** What was started, to be ended in reverse order. */
export class Teardown {
  readonly #steps: Step[] = [];
  #done: Promise<void> | undefined;

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Ends everything, last first, once; a step that fails does not keep the others from running. */
  run(): Promise<void> {
    this.#done ??= this.#runSteps();
    return this.#done;
  }

  async #runSteps(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
