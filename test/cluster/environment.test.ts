import { clusterEnvironment, shellScript } from '@mailprovider/cluster/environment';
import { randomPassword } from '@mailprovider/cluster/sink';
import { execa } from 'execa';
import t from 'tap';

const sources = {
  path: '/usr/bin:/bin',
  kubectl: '/opt/control plane/kubectl',
  kubeconfig: "/tmp/it's/kubeconfig",
  kubectlCache: '/tmp/cache',
  credentialsNamespace: 'credentials',
  sink: {
    host: '127.0.0.1',
    mailbox: {
      smtpPort: 2525,
      smtpsPort: 2465,
      url: 'http://127.0.0.1:8025/messages',
      close: async () => undefined,
    },
    credentials: { username: 'mailer', password: 'secret' },
    authorityPem: 'PEM',
  },
  sinkAuthorityFile: '/tmp/sink-ca.crt',
  submitUrl: 'http://127.0.0.1:3',
  submitToken: 'token',
  operationsUrls: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
};

t.test('a command finds everything by the documented names', async (t) => {
  t.strictSame(clusterEnvironment(sources), {
    PATH: '/opt/control plane:/usr/bin:/bin',
    KUBECONFIG: "/tmp/it's/kubeconfig",
    KUBECACHEDIR: '/tmp/cache',
    MAILPROVIDER_NAMESPACE: 'credentials',
    MAILPROVIDER_SMTP_HOST: '127.0.0.1',
    MAILPROVIDER_SMTP_PORT: '2525',
    MAILPROVIDER_SMTPS_PORT: '2465',
    MAILPROVIDER_SMTP_CA: '/tmp/sink-ca.crt',
    MAILPROVIDER_SMTP_USERNAME: 'mailer',
    MAILPROVIDER_SMTP_PASSWORD: 'secret',
    MAILPROVIDER_MAILBOX_URL: 'http://127.0.0.1:8025/messages',
    MAILPROVIDER_SUBMIT_URL: 'http://127.0.0.1:3',
    MAILPROVIDER_SUBMIT_TOKEN: 'token',
    MAILPROVIDER_METRICS_URLS: 'http://127.0.0.1:1/metrics http://127.0.0.1:2/metrics',
  });
});

t.test('a PATH on which kubectl is already stays as it is', async (t) => {
  const { PATH } = clusterEnvironment({ ...sources, kubectl: '/bin/kubectl' });
  t.equal(PATH, '/usr/bin:/bin');
});

t.test('the script sets the same in a shell, and keeps its PATH', async (t) => {
  const environment = clusterEnvironment(sources);
  const script = shellScript(environment, sources.kubectl);
  const { stdout } = await execa('sh', ['-c', `${script}env`], {
    env: { PATH: '/usr/bin:/bin:/own' },
    extendEnv: false,
  });
  const { PATH, ...variables } = environment;
  const set = new Map(stdout.split('\n').map((line) => line.split(/=(.*)/, 2) as [string, string]));
  for (const [name, value] of Object.entries(variables)) t.equal(set.get(name), value, name);
  t.equal(set.get('PATH'), '/opt/control plane:/usr/bin:/bin:/own');
});

t.test('each password is new, with 20 characters of A-Z, a-z and 0-9', async (t) => {
  const passwords = Array.from({ length: 500 }, randomPassword);
  for (const password of passwords) t.match(password, /^[A-Za-z0-9]{20}$/);
  t.equal(new Set(passwords).size, passwords.length);
  t.equal(new Set(passwords.join('')).size, 62, 'every character occurs');
});
