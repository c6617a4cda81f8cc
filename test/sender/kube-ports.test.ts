import { EventEmitter } from 'node:events';
import type { ClaimReading } from '@mailprovider/kube';
import { Latest } from '@mailprovider/kube/cache/latest';
import { ProviderCache } from '@mailprovider/kube/cache/provider-cache';
import { watchedProviders } from '@mailprovider/sender/kube-ports';
import t from 'tap';
import { providerObject } from '../health/provider-object.ts';

function watched() {
  const known = {
    providers: new ProviderCache(),
    secretChanges: new EventEmitter<{ changed: [name: string] }>(),
    claim: new Latest<ClaimReading>(),
  };
  const told: string[] = [];
  const source = watchedProviders(known);
  const stop = source.listen({
    providerChanged: (name) => told.push(name),
    secretChanged: (name) => told.push(`secret ${name}`),
  });
  return { known, source, stop, told: () => told.splice(0).sort() };
}

t.test('each change is told by its name, also what is missing in a new list', async (t) => {
  const { known, source, stop, told } = watched();
  known.providers.replaced([providerObject('a'), providerObject('b')]);
  t.strictSame(told(), ['a', 'b']);
  known.providers.stored(providerObject('c'));
  known.providers.deleted(providerObject('a'));
  known.secretChanges.emit('changed', 's');
  t.strictSame(told(), ['a', 'c', 'secret s']);
  known.providers.replaced([providerObject('b')]);
  t.strictSame(told(), ['b', 'c'], 'c was deleted while nobody watched');
  t.equal(source.get('c'), undefined);
  t.equal(source.get('b')?.metadata.name, 'b');
  stop();
  known.providers.stored(providerObject('d'));
  known.secretChanges.emit('changed', 's');
  t.strictSame(told(), []);
});

t.test('who holds the claim is told once it is known', async (t) => {
  const { known, source } = watched();
  t.equal(source.claimHolder(), undefined);
  const claim = { holder: 'a', uid: '', operation: 'UPDATE', resourceVersion: '1' } as const;
  const state = { takenAt: 0, retaken: false, seen: false };
  known.claim.tell({ claim: { ...claim, ...state }, lease: undefined });
  t.equal(source.claimHolder(), 'a');
});
