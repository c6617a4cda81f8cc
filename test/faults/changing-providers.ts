import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@mailprovider/cluster';
import { type ApiConnection, mailProviders, secrets } from '@mailprovider/kube';
import type { JsonRequest } from '@mailprovider/kube/api-connection';
import { conditionOf } from '@mailprovider/provider/conditions';
import { API_VERSION, KIND, PLURAL } from '@mailprovider/provider/identity';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { z } from 'zod';

const PROVIDERS = `/apis/${API_VERSION}/${PLURAL}`;
const MERGE_PATCH = 'application/merge-patch+json';
const WRONG = 'wrong';

const specSchema = z.object({
  smtp: z.object({ port: z.number(), passwordRef: z.object({ name: z.string() }).optional() }),
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** What of a provider's status must follow from what is stored now. */
interface Truth {
  readonly name: string;
  readonly healthy: string | undefined;
}

/**
 * Providers whose truth changes: the port between that of a server and a closed one, the password
 * between right, wrong and absent, an object deleted and recreated under its name.
 */
export class ChangingProviders {
  readonly #environment: Cluster['environment'];
  readonly #admin: ApiConnection;
  readonly #random: () => number;
  readonly #closedPort: number;
  readonly #count: number;

  static async create(
    { environment }: Pick<Cluster, 'environment'>,
    admin: ApiConnection,
    random: () => number,
    count: number,
  ): Promise<ChangingProviders> {
    const providers = new ChangingProviders(environment, admin, random, count, await closedPort());
    for (let index = 0; index < count; index += 1) await providers.#change(index);
    return providers;
  }

  private constructor(
    environment: Cluster['environment'],
    admin: ApiConnection,
    random: () => number,
    count: number,
    refusing: number,
  ) {
    this.#environment = environment;
    this.#admin = admin;
    this.#random = random;
    this.#count = count;
    this.#closedPort = refusing;
  }

  /** Changes one of them. */
  async change(): Promise<void> {
    await this.#change(Math.floor(this.#random() * this.#count));
  }

  async names(): Promise<readonly string[]> {
    return (await mailProviders(this.#admin).list()).map(({ metadata }) => metadata.name);
  }

  /** Names of those whose status is not what it must be. */
  async wrong(): Promise<readonly string[]> {
    const stored = await mailProviders(this.#admin).list();
    const truths = await Promise.all(stored.map((provider) => this.#truthOf(provider)));
    return truths.flatMap(({ name, healthy }, index) => {
      const { metadata, status } = stored[index] ?? {};
      const condition = conditionOf(status?.conditions, 'Healthy');
      const told =
        condition?.observedGeneration === metadata?.generation ? condition?.status : 'outdated';
      return told === healthy ? [] : [`${name}: ${told}, not ${healthy}`];
    });
  }

  async #change(index: number): Promise<void> {
    const name = `changing-${index}`;
    const port = this.#random() < 0.5 ? Number(this.#sinkPort) : this.#closedPort;
    if (index % 3 === 0) return this.#setPort(name, port);
    if (index % 3 === 1) return this.#recreate(name, port);
    await this.#setPassword(name);
    await this.#upsert(`${PROVIDERS}/${name}`, this.#withPassword(name));
  }

  get #sinkPort(): string {
    return this.#environment.MAILPROVIDER_SMTP_PORT;
  }

  async #setPort(name: string, port: number): Promise<void> {
    await this.#upsert(`${PROVIDERS}/${name}`, this.#provider(name, { port }));
  }

  async #recreate(name: string, port: number): Promise<void> {
    await this.#ask({ method: 'DELETE', path: `${PROVIDERS}/${name}` });
    await this.#setPort(name, port);
  }

  async #setPassword(name: string): Promise<void> {
    const { MAILPROVIDER_NAMESPACE: namespace, MAILPROVIDER_SMTP_PASSWORD: right } =
      this.#environment;
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const draw = this.#random();
    if (draw < 0.2) {
      await this.#ask({ method: 'DELETE', path });
      return;
    }
    const stringData = { password: draw < 0.6 ? right : WRONG };
    await this.#upsert(path, { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
  }

  #withPassword(name: string): object {
    const env = this.#environment;
    return this.#provider(name, {
      port: Number(env.MAILPROVIDER_SMTP_PORT),
      username: env.MAILPROVIDER_SMTP_USERNAME,
      passwordRef: { name, key: 'password' },
      certificateAuthority: readFileSync(env.MAILPROVIDER_SMTP_CA, 'utf8'),
    });
  }

  #provider(name: string, smtp: object): object {
    return {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { name },
      spec: {
        smtp: { host: this.#environment.MAILPROVIDER_SMTP_HOST, ...smtp },
        sender: { address: 'noreply@example.com' },
      },
    };
  }

  async #truthOf({ metadata: { name }, spec }: MailProvider): Promise<Truth> {
    const { port, passwordRef } = specSchema.parse(spec).smtp;
    if (port === this.#closedPort) return { name, healthy: 'False' };
    if (passwordRef === undefined) return { name, healthy: 'True' };
    const { MAILPROVIDER_NAMESPACE: namespace } = this.#environment;
    const password = await secrets(this.#admin, namespace)
      .read(passwordRef.name)
      .then(({ data }) => Buffer.from(data['password'] ?? '', 'base64').toString())
      .catch(() => undefined);
    if (password === undefined) return { name, healthy: 'Unknown' };
    return { name, healthy: password === WRONG ? 'False' : 'True' };
  }

  async #upsert(path: string, object: object): Promise<void> {
    const patch = { method: 'PATCH', path, body: object, contentType: MERGE_PATCH } as const;
    if ((await this.#ask(patch)) !== 404) return;
    const collection = path.slice(0, path.lastIndexOf('/'));
    await this.#ask({ method: 'POST', path: collection, body: object });
  }

  /** Asks until the API server answers: it may be down just now. */
  async #ask(request: JsonRequest): Promise<number> {
    for (;;) {
      const status = await this.#admin.request(request).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status > 0 && status < 500 && status !== 429) return status;
      await delay(200);
    }
  }
}
