/** The host itself (RFC 1122, RFC 4291). */
export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];

/** What is never a mail server, by the IANA special-purpose address registries. */
export const NEVER_A_MAIL_SERVER: readonly string[] = [
  // Unspecified, and "this network": systems connect to themselves by it.
  '0.0.0.0/8',
  '::/128',
  // Link-local, where most clouds keep the metadata service: 169.254.169.254 and fe80::a9fe:a9fe.
  '169.254.0.0/16',
  'fe80::/10',
  // Multicast.
  '224.0.0.0/4',
  'ff00::/8',
  // Reserved, and the limited broadcast address at its end.
  '240.0.0.0/4',
];

/** Services that clouds offer to their own machines, credentials among them, outside of link-local. */
export const CLOUD_METADATA: readonly string[] = [
  // Alibaba Cloud.
  '100.100.100.200/32',
  'fd00:100::100:200/128',
  // Microsoft Azure, WireServer.
  '168.63.129.16/32',
  // Oracle Cloud: Classic, and Infrastructure over IPv6.
  '192.0.0.192/32',
  'fd00:c1::a9fe:a9fe/128',
  // Amazon Web Services: metadata (fd00:ec2::254), pod identity, DNS and time.
  'fd00:ec2::/32',
  // Google Cloud.
  'fd20:ce::254/128',
  // Scaleway.
  'fd00:42::42/128',
  // Akamai (Linode).
  'fd00:a9fe:a9fe::1/128',
];
