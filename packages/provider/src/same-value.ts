import { isFields } from './fields.ts';

/** No value of a valid spec is nested as deep; a hostile one must not exhaust the stack. */
const DEPTH_MAX = 16;

/** Whether two JSON values are equal; those nested deeper than 16 levels count as different. */
export function sameValue(a: unknown, b: unknown, depth = DEPTH_MAX): boolean {
  if (Object.is(a, b)) return true;
  if (depth === 0) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index], depth - 1));
  }
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key], depth - 1))
  );
}
