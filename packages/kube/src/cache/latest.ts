/** The value that was told last, and who wants to know of the next. */
export class Latest<T> {
  readonly #listeners = new Set<(value: T) => void>();
  #told: { readonly value: T } | undefined;

  /** Nothing until the first value was told. */
  get value(): T | undefined {
    return this.#told?.value;
  }

  tell(value: T): void {
    this.#told = { value };
    for (const listener of this.#listeners) listener(value);
  }

  /** Tells a listener the value, if there is one, and each next one until the returned function is called. */
  listen(listener: (value: T) => void): () => void {
    if (this.#told !== undefined) listener(this.#told.value);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
