import { kubernetesTime, transition } from '@mailprovider/provider/conditions';
import t from 'tap';

const earlier = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-01T00:05:00.999Z');
const update = {
  type: 'Healthy',
  status: 'True' as const,
  reason: 'HealthCheckPassed',
  message: '',
  observedGeneration: 1,
};

t.test('a new condition gets the time it was first set', async (t) => {
  t.equal(transition([], update, later).lastTransitionTime, '2026-01-01T00:05:00Z');
});

t.test('a changed status moves the transition time', async (t) => {
  const before = transition([], update, earlier);
  const after = transition([before], { ...update, status: 'False' }, later);
  t.equal(after.lastTransitionTime, kubernetesTime(later));
});

t.test('reason, message and generation change without moving it', async (t) => {
  const before = transition([], update, earlier);
  const after = transition(
    [before],
    { ...update, reason: 'Other', message: 'new', observedGeneration: 2 },
    later,
  );
  t.match(after, {
    reason: 'Other',
    message: 'new',
    observedGeneration: 2,
    lastTransitionTime: kubernetesTime(earlier),
  });
});
