/** Ten fallbacks with ten of their own are 111; what comes after so many nobody waits for. */
export const ROUTE_MAX = 100;

/**
 * The providers that a mail for `name` may be sent by, in this order: that one, then its fallbacks
 * depth first, each once, 100 at most. Pure.
 *
 * Names that no provider has are among them. A circle, which two writes at once can store, ends
 * where it closes.
 */
export function routeOf(
  name: string,
  fallbacksOf: (name: string) => readonly string[],
): readonly string[] {
  const route = new Set<string>();
  const ahead = [name];
  while (route.size < ROUTE_MAX) {
    const next = ahead.pop();
    if (next === undefined) break;
    if (route.has(next)) continue;
    route.add(next);
    ahead.push(...fallbacksOf(next).toReversed());
  }
  return [...route];
}
