import t from 'tap';
import { providerOf, sharedCluster, WITHOUT_CLUSTER } from './shared-cluster.ts';

const CREATE = ['create', '--dry-run=server', '-f', '-'];

t.test(
  'a user name without a password is refused in the documented words',
  {
    skip: WITHOUT_CLUSTER,
  },
  async (t) => {
    const cluster = sharedCluster();
    const provider = providerOf(cluster, 'refused', { passwordRef: undefined });
    const { stderr, exitCode } = await cluster.kubectl(CREATE, provider);
    t.equal(exitCode, 1);
    t.equal(
      stderr,
      'Error from server: error when creating "STDIN": admission webhook "mailprovider.validation.breakglass.t-caas.telekom.com" denied the request: spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    );
  },
);

t.test(
  'what cannot work is refused, and the field is named',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const smtp = (fields: object) => ({
      smtp: { ...(providerOf(cluster, 'x', fields).spec['smtp'] as object) },
    });
    const cases: [string, object, RegExp][] = [
      [
        'no user name',
        smtp({ username: undefined }),
        /spec\.smtp\.username: Required value: username must be specified when passwordRef is provided/,
      ],
      ['port 0', smtp({ port: 0 }), /spec\.smtp\.port: Invalid value/],
      ['port 65536', smtp({ port: 65_536 }), /spec\.smtp\.port: Invalid value/],
      ['empty host', smtp({ host: '' }), /spec\.smtp\.host: Invalid value/],
      ['long host', smtp({ host: 'h'.repeat(254) }), /spec\.smtp\.host: Too long/],
      [
        'scheme',
        smtp({ host: 'smtp://host' }),
        /spec\.smtp\.host: Invalid value: "smtp:\/\/host": must be a host name or IP address without a scheme/,
      ],
      [
        'port in host',
        smtp({ host: 'host:25' }),
        /spec\.smtp\.host: Invalid value: "host:25": must not contain a port/,
      ],
      [
        'unparsable CA',
        smtp({ certificateAuthority: 'none' }),
        /spec\.smtp\.certificateAuthority: Invalid value/,
      ],
      [
        'foreign namespace',
        smtp({ passwordRef: { name: 's', key: 'k', namespace: 'kube-system' } }),
        /spec\.smtp\.passwordRef\.namespace: Invalid value: must be "mailprovider-credentials"/,
      ],
      [
        'TLS contradiction',
        smtp({ disableTLS: true, tlsMode: 'starttls' }),
        /spec\.smtp\.tlsMode: Invalid value: "starttls"/,
      ],
      ['address', { sender: { address: 'a@b' } }, /spec\.sender\.address: Invalid value: "a@b"/],
      [
        'sender name',
        { sender: { address: 'a@example.com', name: 'n'.repeat(101) } },
        /spec\.sender\.name: Too long/,
      ],
      ['retry.count', { retry: { count: 11 } }, /spec\.retry\.count: Invalid value: 11/],
      [
        'backoff',
        { retry: { initialBackoffMs: 9 } },
        /spec\.retry\.initialBackoffMs: Invalid value: 9/,
      ],
      ['queueSize', { retry: { queueSize: 9 } }, /spec\.retry\.queueSize: Invalid value: 9/],
      ['a fallback', { fallbacks: ['B'] }, /spec\.fallbacks\[0\]: Invalid value: "B"/],
      ['fallbacks', { fallbacks: [...'abcdefghijk'] }, /spec\.fallbacks: Too many: 11/],
      [
        'rateLimit.messages',
        { rateLimit: { messages: 0, periodSeconds: 60 } },
        /spec\.rateLimit\.messages: Invalid value: 0/,
      ],
      [
        'rateLimit.periodSeconds',
        { rateLimit: { messages: 1, periodSeconds: 86_401 } },
        /spec\.rateLimit\.periodSeconds: Invalid value: 86401/,
      ],
      ['line break', { displayName: 'a\nb' }, /spec\.displayName: Invalid value/],
    ];
    for (const [what, fields, words] of cases) {
      const provider = providerOf(cluster, 'refused');
      Object.assign(provider.spec, fields);
      t.match(await cluster.kubectl(CREATE, provider), { exitCode: 1, stderr: words }, what);
    }
  },
);

t.test('nonsense gets a clean refusal', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const huge = 'x'.repeat(1_000_000);
  const cases: [string, unknown, RegExp][] = [
    ['null', null, /spec: Required value|spec: Invalid value: "null"/],
    ['a list for spec', [], /spec: Invalid value: "array"/],
    ['a list for smtp', { smtp: [], sender: {} }, /spec\.smtp: Invalid value: "array"/],
    [
      'a megabyte of host',
      { smtp: { host: huge, port: 25 }, sender: {} },
      /spec\.smtp\.host: Too long/,
    ],
    [
      'a megabyte of name',
      { ...providerOf(cluster, 'x').spec, displayName: huge },
      /spec\.displayName: Too long/,
    ],
  ];
  for (const [what, spec, words] of cases) {
    const { exitCode, stderr } = await cluster.kubectl(CREATE, {
      ...providerOf(cluster, 'refused'),
      spec,
    });
    t.equal(exitCode, 1, what);
    t.match(stderr, words, what);
    t.notMatch(stderr, /failed calling webhook|InternalError|panic/, what);
  }
});

t.test('what is unwise is allowed with a warning', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const warnings = async (fields: object) => {
    const { exitCode, stderr } = await cluster.kubectl(
      CREATE,
      providerOf(cluster, 'warned', fields),
    );
    t.equal(exitCode, 0);
    return stderr;
  };
  t.equal(await warnings({}), '');
  t.match(
    await warnings({ insecureSkipVerify: true }),
    /^Warning: spec\.smtp\.insecureSkipVerify: /,
  );
  t.match(await warnings({ disableTLS: true }), /^Warning: spec\.smtp\.disableTLS: /);
  const anonymous = { username: undefined, passwordRef: undefined };
  t.match(await warnings(anonymous), /^Warning: spec\.smtp\.username: no authentication/);
});

t.test(
  'the stored object has its defaults, and a given value is never changed',
  {
    skip: WITHOUT_CLUSTER,
  },
  async (t) => {
    const cluster = sharedCluster();
    const provider = providerOf(cluster, 'defaulted');
    provider.spec['retry'] = { count: 0 };
    const { stdout } = await cluster.kubectl([...CREATE, '-o', 'json'], provider);
    t.match(JSON.parse(stdout).spec, {
      default: false,
      disabled: false,
      smtp: {
        tlsMode: 'auto',
        insecureSkipVerify: false,
        disableTLS: false,
        passwordRef: { name: 'defaulted', key: 'password', namespace: cluster.namespace },
      },
      retry: { count: 0, initialBackoffMs: 100, queueSize: 1000 },
    });
  },
);

t.test(
  'each process may do what it needs and nothing else',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const canI = async (account: string, ...what: string[]) => {
      const as = `--as=system:serviceaccount:mailprovider-system:mailprovider-${account}`;
      const { stdout } = await cluster.kubectl(['auth', 'can-i', as, ...what]);
      return stdout;
    };
    const here = ['-n', cluster.namespace];
    t.equal(await canI('webhook', 'list', 'mailproviders'), 'yes');
    t.equal(await canI('webhook', 'get', 'secrets', ...here), 'no');
    t.equal(await canI('webhook', 'patch', 'mailproviders', '--subresource=status'), 'no');
    t.equal(await canI('health', 'patch', 'mailproviders', '--subresource=status'), 'yes');
    t.equal(await canI('health', 'patch', 'mailproviders'), 'no');
    t.equal(await canI('health', 'get', 'secrets', ...here), 'yes');
    t.equal(await canI('health', 'get', 'secrets', '-n', 'mailprovider-system'), 'no');
    t.equal(await canI('health', 'create', 'secrets', ...here), 'no');
    t.equal(await canI('health', 'list', 'breakglassescalations', '-A'), 'no');
    t.equal(await canI('sender', 'list', 'mailproviders'), 'yes');
    t.equal(await canI('sender', 'patch', 'mailproviders', '--subresource=status'), 'yes');
    t.equal(await canI('sender', 'patch', 'mailproviders'), 'no');
    t.equal(await canI('sender', 'get', 'secrets', ...here), 'yes');
    t.equal(await canI('sender', 'get', 'secrets', '-n', 'mailprovider-system'), 'no');
    t.equal(await canI('sender', 'update', 'secrets', ...here), 'no');
    const claim = 'leases/mailprovider-default-claim';
    t.equal(await canI('sender', 'watch', claim, '-n', 'mailprovider-system'), 'yes');
    t.equal(await canI('sender', 'update', claim, '-n', 'mailprovider-system'), 'no');
    t.equal(
      await canI('sender', 'get', 'leases/mailprovider-health', '-n', 'mailprovider-system'),
      'no',
    );
    t.equal(await canI('sender', 'create', 'events.events.k8s.io', '-n', 'default'), 'no');
  },
);
