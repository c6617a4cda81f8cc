import { loadConfig } from '@mailprovider/cluster/config';
import t from 'tap';

function load(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return loadConfig(['node', 'main.js', ...args], environment);
}

t.test('without a command the cluster waits', async (t) => {
  t.strictSame(load([]).command, []);
  t.equal(load([]).optional, false);
});

t.test('all that follows the command is its own', async (t) => {
  const command = ['tap', '--optional', '-x', '--', 'file'];
  t.match(load(['--', ...command]), { command, optional: false });
  t.match(load(['--optional', '--', ...command]), { command, optional: true });
  t.match(load(command), { command, optional: false }, 'also when npm ate the dashes');
});

t.test('nats-server is had only when asked for', async (t) => {
  t.equal(load([]).nats, false);
  t.match(load(['--optional', '--nats', '--', 'tap', '--nats']), {
    nats: true,
    command: ['tap', '--nats'],
  });
});

t.test('there is one webhook and one health process, or as many as are asked for', async (t) => {
  t.match(load([]), { webhooks: 1, health: 1 });
  t.match(load(['--webhooks', '2', '--health=3', '--', 'ls']), {
    webhooks: 2,
    health: 3,
    command: ['ls'],
  });
});

t.test('an empty KUBEBUILDER_ASSETS is none', async (t) => {
  t.equal(load([], { KUBEBUILDER_ASSETS: '/opt/assets' }).assetsDirectory, '/opt/assets');
  t.equal(load([], { KUBEBUILDER_ASSETS: '' }).assetsDirectory, undefined);
});

t.test('only CI=true is continuous integration', async (t) => {
  t.equal(load([], { CI: 'true' }).continuousIntegration, true);
  t.equal(load([], { CI: 'false' }).continuousIntegration, false);
  t.equal(load([]).continuousIntegration, false);
});
