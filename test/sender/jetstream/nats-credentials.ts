import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

type Pair = ReturnType<typeof nkeys.createUser>;

/** What an operator, an account and a user of it are to NATS: configuration and a `.creds` file. */
export interface NatsCredentials {
  readonly config: string;
  readonly file: string;
  /** The file of a user whom the account does not know. */
  readonly foreignFile: string;
}

export function natsCredentials(): NatsCredentials {
  const [operator, account, stranger] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
  ];
  const unlimited = {
    subs: -1,
    conn: -1,
    leaf: -1,
    imports: -1,
    exports: -1,
    data: -1,
    payload: -1,
  };
  const jetstream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const limits = { ...unlimited, ...jetstream, wildcards: true };
  const accountToken = token(account, operator, { type: 'account', version: 2, limits });
  const operatorToken = token(operator, operator, { type: 'operator', version: 2 });
  const system = nkeys.createAccount();
  const systemToken = token(system, operator, {
    type: 'account',
    version: 2,
    limits: { ...unlimited, wildcards: true },
  });
  const config = [
    `operator: ${operatorToken}`,
    `system_account: ${system.getPublicKey()}`,
    'resolver: MEMORY',
    `resolver_preload: { ${account.getPublicKey()}: ${accountToken}, ${system.getPublicKey()}: ${systemToken} }`,
  ].join('\n');
  return { config, file: userFile(account), foreignFile: userFile(stranger) };
}

function userFile(account: Pair): string {
  const user = nkeys.createUser();
  const limits = { subs: -1, data: -1, payload: -1 };
  const jwt = token(user, account, { type: 'user', version: 2, ...limits });
  const seed = new TextDecoder().decode(user.getSeed());
  return [block('NATS USER JWT', jwt), block('USER NKEY SEED', seed)].join('\n');
}

function block(title: string, text: string): string {
  return `-----BEGIN ${title}-----\n${text}\n------END ${title}------\n`;
}

/** A JWT as NATS has them: signed with Ed25519, its id the digest of its claims. */
function token(subject: Pair, issuer: Pair, nats: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    nats,
  };
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex');
  const parts = [
    { typ: 'JWT', alg: 'ed25519-nkey' },
    { ...claims, jti },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = issuer.sign(new TextEncoder().encode(parts.join('.')));
  return [...parts, Buffer.from(signature).toString('base64url')].join('.');
}
