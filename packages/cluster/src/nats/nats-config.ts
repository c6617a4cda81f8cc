export const HOST = '127.0.0.1';

export interface NatsPorts {
  readonly client: number;
  /** Of `/healthz`. */
  readonly monitoring: number;
}

/** A server's place in a cluster. */
export interface NatsMembership {
  /** Unique in the cluster. */
  readonly serverName: string;
  readonly clusterName: string;
  /** Where other servers reach this one. */
  readonly port: number;
  /** That of each server of the cluster. */
  readonly ports: readonly number[];
}

export interface NatsSettings {
  /** Folder of what JetStream stores. */
  readonly storeDirectory: string;
  readonly ports: NatsPorts;
  /** Whether every message is on the disk before it is acknowledged; else it is within 2 minutes. */
  readonly syncAlways: boolean;
  readonly membership?: NatsMembership | undefined;
  /** More of a configuration file, such as `tls {...}` or `authorization {...}`. */
  readonly extra: string;
}

function clusterLines(membership: NatsMembership | undefined): readonly string[] {
  if (membership === undefined) return [];
  const { serverName, clusterName, port, ports } = membership;
  const routes = ports.map((each) => `nats-route://${HOST}:${each}`);
  return [
    `server_name: ${serverName}`,
    `cluster { name: ${clusterName}, listen: "${HOST}:${port}", routes: [${routes.join(', ')}] }`,
  ];
}

/** The configuration file of a server with JetStream, reached on the loopback interface alone. */
export function natsConfig(settings: NatsSettings): string {
  const { storeDirectory, ports, syncAlways, membership, extra } = settings;
  const sync = syncAlways ? ', sync_interval: always' : '';
  return [
    `listen: "${HOST}:${ports.client}"`,
    `http: "${HOST}:${ports.monitoring}"`,
    `jetstream { store_dir: ${JSON.stringify(storeDirectory)}${sync} }`,
    ...clusterLines(membership),
    extra,
    '',
  ].join('\n');
}
