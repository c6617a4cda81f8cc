/** The only address that anything of a local cluster listens on. */
export const HOST = '127.0.0.1';

/** Paths of the PEM files of etcd and kube-apiserver. */
export interface ControlPlaneFiles {
  /** The authority whose certificates prove servers and clients to each other. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Signs and verifies the tokens of ServiceAccounts. */
  readonly serviceAccountKey: string;
}

export interface ControlPlanePorts {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/**
 * Flags of etcd.
 *
 * It takes only clients of its own authority: a port that changed hands between two clusters can
 * then never connect one to the data of the other.
 */
export function etcdFlags(
  ports: ControlPlanePorts,
  files: ControlPlaneFiles,
  dataDirectory: string,
): readonly string[] {
  const clientUrl = `https://${HOST}:${ports.etcdClient}`;
  const peerUrl = `http://${HOST}:${ports.etcdPeer}`;
  return [
    `--data-dir=${dataDirectory}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--client-cert-auth',
    `--trusted-ca-file=${files.authority}`,
    `--cert-file=${files.certificate}`,
    `--key-file=${files.key}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export function apiServerFlags(
  ports: ControlPlanePorts,
  files: ControlPlaneFiles,
): readonly string[] {
  return [
    `--etcd-servers=https://${HOST}:${ports.etcdClient}`,
    `--etcd-cafile=${files.authority}`,
    `--etcd-certfile=${files.certificate}`,
    `--etcd-keyfile=${files.key}`,
    `--bind-address=${HOST}`,
    `--advertise-address=${HOST}`,
    `--secure-port=${ports.apiServer}`,
    // It would publish a Service address that nothing routes to.
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--client-ca-file=${files.authority}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    // It would wait for the default ServiceAccount of a namespace, which only a controller makes.
    '--disable-admission-plugins=ServiceAccount',
  ];
}
