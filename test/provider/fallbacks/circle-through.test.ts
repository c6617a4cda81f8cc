import { circleThrough } from '@mailprovider/provider/fallbacks/circle-through';
import { routeOf } from '@mailprovider/provider/fallbacks/route-of';
import fc from 'fast-check';
import t from 'tap';

type Graph = Readonly<Record<string, readonly string[]>>;

const nextIn = (graph: Graph) => (name: string) => graph[name] ?? [];

t.test('a fallback that is the provider itself, or leads back, closes a circle', async (t) => {
  t.strictSame(circleThrough('a', 'a', nextIn({})), ['a', 'a']);
  t.strictSame(circleThrough('a', 'b', nextIn({ b: ['a'] })), ['a', 'b', 'a']);
  t.strictSame(circleThrough('a', 'b', nextIn({ b: ['x', 'c'], c: ['a'] })), ['a', 'b', 'c', 'a']);
});

t.test('the shortest circle is told', async (t) => {
  const graph = { b: ['c', 'd'], c: ['e'], d: ['a'], e: ['a'] };
  t.strictSame(circleThrough('a', 'b', nextIn(graph)), ['a', 'b', 'd', 'a']);
});

t.test('what leads elsewhere closes none, nor does a circle of others', async (t) => {
  t.equal(circleThrough('a', 'b', nextIn({})), undefined);
  t.equal(circleThrough('a', 'b', nextIn({ b: ['c'], c: ['b', 'c'] })), undefined);
  t.equal(circleThrough('a', 'b', nextIn({ a: ['c'], c: ['a'] })), undefined);
});

t.test('whatever is stored, a circle is told exactly where there is one', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const graphs = fc.dictionary(name, fc.array(name, { maxLength: 3 }), { noNullPrototype: true });
  fc.assert(
    fc.property(graphs, name, name, (graph, first, fallback) => {
      const circle = circleThrough(first, fallback, nextIn(graph));
      const leadsBack = routeOf(fallback, nextIn(graph)).includes(first);
      return leadsBack ? isCircle(circle, graph, first, fallback) : circle === undefined;
    }),
  );
});

function isCircle(
  circle: readonly string[] | undefined,
  graph: Graph,
  first: string,
  fallback: string,
): boolean {
  if (circle === undefined || circle[0] !== first || circle[1] !== fallback) return false;
  const [, ...rest] = circle;
  const steps = rest.slice(1).map((to, i) => graph[rest[i] ?? '']?.includes(to) ?? false);
  return rest.at(-1) === first && new Set(rest).size === rest.length && steps.every(Boolean);
}
