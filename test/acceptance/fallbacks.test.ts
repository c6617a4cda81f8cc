import { defaultProcesses } from '@mailprovider/cluster';
import { execa } from 'execa';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { FAULTLESS } from './admission-cases.ts';
import { CREATE, provider, SERVER_SIDE_APPLY } from './document-section.ts';
import { storeUnasked } from './store-unasked.ts';
import { startTestCluster } from './test-cluster.ts';

function withFallbacks(name: string, ...fallbacks: readonly string[]) {
  return provider(name, { ...FAULTLESS, fallbacks });
}

const leadsBack = (index: number, circle: string) =>
  `spec.fallbacks[${index}]: Invalid value: ${JSON.stringify(circle.split(' -> ')[1])}: must not lead back to this provider: ${circle}`;

t.test('the fallbacks of providers', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const webhookAlone = defaultProcesses({ health: 0, sender: false });
  const cluster = await startTestCluster(t, webhookAlone);
  const kubectl = async (args: readonly string[], input: object = {}) => {
    const { all, exitCode } = await execa('kubectl', args, {
      input: JSON.stringify(input),
      reject: false,
      all: true,
      env: { ...cluster.environment },
    });
    return { text: all, exitCode };
  };
  const patch = (name: string, spec: object) =>
    kubectl(['patch', 'mailprovider', name, '--type=merge', '-p', JSON.stringify({ spec })]);

  await t.test('one that is not there is admitted with a warning', async (t) => {
    const { text, exitCode } = await kubectl(CREATE, withFallbacks('a', 'b'));
    t.equal(exitCode, 0);
    t.equal(
      text.split('\n')[0],
      'Warning: spec.fallbacks[0]: MailProvider "b" does not exist; it is passed over until it does',
    );
  });

  await t.test('circles of one, two and three are refused, and the circle is named', async (t) => {
    const refused = async (object: object, words: string) => {
      const { text, exitCode } = await kubectl(CREATE, object);
      t.equal(exitCode, 1);
      t.ok(text.endsWith(words), text);
    };
    await refused(withFallbacks('c', 'c'), leadsBack(0, 'c -> c'));
    await refused(withFallbacks('b', 'z', 'a'), leadsBack(1, 'b -> a -> b'));
    t.match(await kubectl(CREATE, withFallbacks('b', 'c')), { exitCode: 0 });
    await refused(withFallbacks('c', 'a'), leadsBack(0, 'c -> a -> b -> c'));
    t.match(await kubectl(CREATE, withFallbacks('c')), { exitCode: 0 });
    const { text } = await patch('c', { fallbacks: ['a'] });
    t.ok(text.endsWith(leadsBack(0, 'c -> a -> b -> c')), text);
  });

  await t.test('their order is the one that is written', async (t) => {
    const orders = [
      ['x', 'y', 'z'],
      ['z', 'x', 'y'],
      ['y', 'w', 'z'],
    ];
    for (const order of orders) {
      await kubectl(SERVER_SIDE_APPLY, withFallbacks('ordered', ...order));
      const stored = ['get', 'mailprovider', 'ordered', '-o', 'jsonpath={.spec.fallbacks}'];
      t.equal((await kubectl(stored)).text, JSON.stringify(order));
    }
  });

  await t.test('a circle that was stored all the same is a warning to who keeps it', async (t) => {
    await kubectl(CREATE, withFallbacks('old', 'circle'));
    await storeUnasked(withFallbacks('circle', 'old'), kubectl);
    const unrelated = await patch('old', { displayName: 'Old' });
    t.strictSame(unrelated, {
      text: 'mailprovider.breakglass.t-caas.telekom.com/old patched',
      exitCode: 0,
    });
    const kept = await patch('old', { fallbacks: ['circle', 'c'] });
    t.equal(kept.exitCode, 0);
    t.equal(
      kept.text.split('\n')[0],
      `Warning: ${leadsBack(0, 'old -> circle -> old')} (kept from before)`,
    );
    t.match(await patch('old', { fallbacks: ['c'] }), { exitCode: 0 }, 'and can be taken out');
    const again = await patch('old', { fallbacks: ['c', 'circle'] });
    t.ok(again.text.endsWith(leadsBack(1, 'old -> circle -> old')), again.text);
  });

  await t.test('who cannot read the others refuses new fallbacks, and nothing else', async (t) => {
    await kubectl(['delete', 'clusterrolebinding', 'mailprovider-webhook']);
    // The API server takes a moment to see that the webhook may not any more.
    let answer = await patch('c', { fallbacks: ['ordered'] });
    for (let i = 0; answer.exitCode === 0; i += 1) {
      answer = await patch('c', { fallbacks: [`ordered-${i}`] });
    }
    t.ok(
      answer.text.endsWith(
        'spec.fallbacks: Forbidden: whether one leads back to this provider could not be found out; try again',
      ),
      answer.text,
    );
    t.match(await patch('a', { displayName: 'A' }), { exitCode: 0 });
    t.match(await patch('a', { fallbacks: [] }), { exitCode: 0 });
  });
});
