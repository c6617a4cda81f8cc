import { ROUTE_MAX, routeOf } from '@mailprovider/provider/fallbacks/route-of';
import fc from 'fast-check';
import t from 'tap';

type Graph = Readonly<Record<string, readonly string[]>>;

function route(name: string, graph: Graph): readonly string[] {
  return routeOf(name, (of) => graph[of] ?? []);
}

t.test('the route is the provider, then its fallbacks depth first', async (t) => {
  t.strictSame(route('a', { a: [] }), ['a']);
  t.strictSame(route('a', { a: ['b', 'c'] }), ['a', 'b', 'c']);
  t.strictSame(route('a', { a: ['b', 'e'], b: ['c', 'd'] }), ['a', 'b', 'c', 'd', 'e']);
});

t.test('a provider that two lead to stands where it is come to first', async (t) => {
  t.strictSame(route('a', { a: ['b', 'c'], b: ['d'], c: ['d'] }), ['a', 'b', 'd', 'c']);
  t.strictSame(route('a', { a: ['b', 'd'], b: ['d', 'c'] }), ['a', 'b', 'd', 'c']);
});

t.test('names that no provider has are in the route', async (t) => {
  t.strictSame(route('a', { a: ['gone', 'b'] }), ['a', 'gone', 'b']);
  t.strictSame(route('gone', {}), ['gone']);
});

t.test('a circle ends where it closes', async (t) => {
  t.strictSame(route('a', { a: ['a', 'b'] }), ['a', 'b']);
  t.strictSame(route('a', { a: ['b'], b: ['a', 'c'] }), ['a', 'b', 'c']);
  t.strictSame(route('b', { a: ['b'], b: ['c'], c: ['a'] }), ['b', 'c', 'a']);
});

t.test('whatever is stored, a route names each that can be come to once', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const graphs = fc.dictionary(name, fc.array(name, { maxLength: 10 }), { noNullPrototype: true });
  fc.assert(
    fc.property(graphs, name, (graph, first) => {
      const names = route(first, graph);
      const reached = new Set(names.flatMap((it) => graph[it] ?? []).concat(first));
      return (
        names[0] === first && new Set(names).size === names.length && sameNames(names, reached)
      );
    }),
  );
});

function sameNames(names: readonly string[], reached: ReadonlySet<string>): boolean {
  return names.length === reached.size && names.every((name) => reached.has(name));
}

t.test('an endless chain is cut off', async (t) => {
  const next = (name: string) => [`${name}x`, `${name}y`];
  const names = routeOf('a', next);
  t.equal(names.length, ROUTE_MAX);
  t.strictSame(names.slice(0, 3), ['a', 'ax', 'axx']);
});
