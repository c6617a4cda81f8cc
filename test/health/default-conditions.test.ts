import { defaultConditions } from '@mailprovider/health/default/default-conditions';
import t from 'tap';
import { providerObject } from './provider-object.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const isDefault = { spec: { default: true } };
const older = providerObject('older', isDefault);
const younger = providerObject('younger', { ...isDefault, createdAt: '2026-01-01T00:00:01Z' });
const disabled = providerObject('disabled', { spec: { default: true, disabled: true } });
const plain = providerObject('plain', { spec: { default: false } });

t.test('each default is told how it stands in the election, and others nothing', async (t) => {
  const conditions = defaultConditions([younger, plain, older, disabled], undefined, now);
  const common = {
    type: 'Default',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-02T03:04:05Z',
  };
  t.strictSame(Object.fromEntries(conditions), {
    older: {
      ...common,
      status: 'True',
      reason: 'Elected',
      message: 'The provider is used where none is named.',
    },
    younger: {
      ...common,
      status: 'False',
      reason: 'DefaultConflict',
      message: 'MailProvider "older" is the elected default; set default: false here or there.',
    },
    disabled: {
      ...common,
      status: 'False',
      reason: 'Disabled',
      message: 'The provider is disabled.',
    },
    plain: undefined,
  });
});

t.test('the holder of the claim is elected before an older one', async (t) => {
  const reasons = (holder: string) =>
    [...defaultConditions([older, younger, disabled], holder, now).values()].map((c) => c?.reason);
  t.strictSame(reasons('younger'), ['DefaultConflict', 'Elected', 'Disabled']);
  t.strictSame(reasons('disabled'), ['Elected', 'DefaultConflict', 'Disabled']);
  t.strictSame(reasons('unknown'), ['Elected', 'DefaultConflict', 'Disabled']);
});

t.test('one that is being deleted has no part in it', async (t) => {
  const metadata = { ...older.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' };
  const deleting = { ...older, metadata };
  const reasons = (all: readonly (typeof older)[]) =>
    [...defaultConditions(all, 'older', now).values()].map((c) => c?.reason);
  t.strictSame(reasons([deleting, younger]), [undefined, 'Elected']);
  t.strictSame(reasons([deleting]), [undefined]);
});

t.test('the time moves with the status and with nothing else', async (t) => {
  const condition = (spec: object, before?: ReturnType<typeof conditionOf>) => {
    const conditions = before === undefined ? [] : [before];
    const provider = providerObject('younger', {
      spec,
      createdAt: '2026-01-01T00:00:01Z',
      status: { conditions },
    });
    return conditionOf(provider);
  };
  let seconds = 0;
  function conditionOf(provider: typeof older) {
    seconds += 1;
    const at = new Date(seconds * 1_000);
    return defaultConditions([older, provider], undefined, at).get('younger');
  }
  const conflict = condition({ default: true });
  const same = condition({ default: true }, conflict);
  const off = condition({ default: true, disabled: true }, same);
  t.strictSame(same, conflict);
  t.equal(off?.reason, 'Disabled');
  t.equal(off?.lastTransitionTime, conflict?.lastTransitionTime);
  const elected = defaultConditions(
    [providerObject('younger', { ...isDefault, status: { conditions: off ? [off] : [] } })],
    undefined,
    now,
  ).get('younger');
  t.match(elected, { status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z' });
});
