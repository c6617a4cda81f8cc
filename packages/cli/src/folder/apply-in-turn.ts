import type { FileObject } from './documents.ts';

/** An object that was not applied, and why. */
export interface Refusal {
  readonly object: FileObject;
  readonly message: string;
}

/**
 * Applies each object, the first where a name is defined twice. Those that are refused are applied
 * again while that helps any of them: one save may move the default, or a fallback, from one object
 * to another.
 */
export function applyInTurn(
  objects: readonly FileObject[],
  apply: (object: FileObject) => string | undefined,
): readonly Refusal[] {
  const { first, repeated } = firstOfEach(objects);
  return [...repeated, ...applyAll(first, apply)];
}

function firstOfEach(objects: readonly FileObject[]) {
  const first = new Map<string, FileObject>();
  const repeated: Refusal[] = [];
  for (const object of objects) {
    const key = `${object.kind}/${object.name}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, object);
    else {
      const message = `is defined in ${earlier.file} already; remove one of the two`;
      repeated.push({ object, message });
    }
  }
  return { first: [...first.values()], repeated };
}

function applyAll(
  objects: readonly FileObject[],
  apply: (object: FileObject) => string | undefined,
): readonly Refusal[] {
  const refused = objects.flatMap((object) => {
    const message = apply(object);
    return message === undefined ? [] : [{ object, message }];
  });
  if (refused.length === 0 || refused.length === objects.length) return refused;
  const remaining = refused.map(({ object }) => object);
  return applyAll(remaining, apply);
}
