/**
 * The shortest circle that closes where `name` has `fallback`, from `name` to `name`; undefined where
 * that fallback does not lead back. Pure.
 */
export function circleThrough(
  name: string,
  fallback: string,
  fallbacksOf: (name: string) => readonly string[],
): readonly string[] | undefined {
  const comeFrom = new Map([[fallback, name]]);
  // A Map hands out what is added meanwhile too, so that the nearest are looked at first.
  for (const at of comeFrom.keys()) {
    if (at === name) return circleOf(name, comeFrom);
    for (const next of fallbacksOf(at)) if (!comeFrom.has(next)) comeFrom.set(next, at);
  }
  return undefined;
}

function circleOf(name: string, comeFrom: ReadonlyMap<string, string>): readonly string[] {
  const backwards = [name];
  let at = name;
  do {
    at = comeFrom.get(at) ?? name;
    backwards.push(at);
  } while (at !== name);
  return backwards.reverse();
}
