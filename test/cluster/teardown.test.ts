import { Teardown } from '@mailprovider/cluster/teardown';
import t from 'tap';

t.test('steps run once, the last first, each after the one before', async (t) => {
  const teardown = new Teardown();
  const order: string[] = [];
  teardown.add(() => void order.push('first'));
  teardown.add(async () => {
    await new Promise(setImmediate);
    order.push('second');
  });
  await Promise.all([teardown.run(), teardown.run()]);
  await teardown.run();
  t.strictSame(order, ['second', 'first']);
});

t.test('a step that fails keeps no other from running', async (t) => {
  const teardown = new Teardown();
  let ran = false;
  teardown.add(() => {
    ran = true;
  });
  teardown.add(() => {
    throw new Error('stuck');
  });
  await t.rejects(teardown.run(), { message: 'stuck' });
  t.ok(ran);
});
