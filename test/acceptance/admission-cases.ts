/** What someone writes, and that it is refused or warned of. */
export interface AdmissionCase {
  readonly title: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

const smtp = {
  host: 'smtp.example.com',
  port: 587,
  username: 'mailer',
  passwordRef: { name: 'smtp', key: 'password' },
};
const sender = { address: 'noreply@example.com' };
const anonymous = { host: 'smtp.example.com', port: 587 };

function withSmtp(fields: object): AdmissionCase['spec'] {
  return { smtp: { ...smtp, ...fields }, sender };
}

/** What one object alone decides. */
export const DENIALS: readonly AdmissionCase[] = [
  {
    title: 'A user name without a password',
    spec: { smtp: { ...anonymous, username: 'mailer' }, sender },
  },
  {
    title: 'A password without a user name',
    spec: { smtp: { ...anonymous, passwordRef: smtp.passwordRef }, sender },
  },
  {
    title: 'A password from another namespace',
    spec: withSmtp({ passwordRef: { ...smtp.passwordRef, namespace: 'kube-system' } }),
  },
  { title: 'A host with a scheme', spec: withSmtp({ host: 'smtp://smtp.example.com' }) },
  { title: 'A host with a port', spec: withSmtp({ host: 'smtp.example.com:587' }) },
  { title: 'A host with a user name', spec: withSmtp({ host: 'mailer@smtp.example.com' }) },
  { title: 'A host that is not in ASCII', spec: withSmtp({ host: 'bücher.example' }) },
  { title: 'Half an address as host', spec: withSmtp({ host: '10.0.0' }) },
  {
    title: 'Certificates that are none',
    spec: withSmtp({ certificateAuthority: 'MIIC...' }),
  },
  {
    title: 'TLS disabled and required',
    spec: withSmtp({ disableTLS: true, tlsMode: 'starttls' }),
  },
  {
    title: 'A line break where it would start another header',
    spec: { ...withSmtp({}), sender: { ...sender, name: 'Alerts\r\nBcc: someone@example.com' } },
  },
  {
    title: 'Several faults at once',
    spec: {
      smtp: { host: 'smtp example', port: 587, username: 'mailer' },
      sender: { ...sender, name: 'Alerts\n' },
    },
  },
];

/** Limits of the schema: the API server answers them itself, and does not ask the webhook then. */
export const SCHEMA_DENIALS: readonly AdmissionCase[] = [
  { title: 'A port that there is not', spec: withSmtp({ port: 65_536 }) },
  { title: 'An address without a domain', spec: { smtp, sender: { address: 'noreply@example' } } },
  { title: 'Too many attempts', spec: { ...withSmtp({}), retry: { count: 11 } } },
  { title: 'A fallback named twice', spec: { ...withSmtp({}), fallbacks: ['backup', 'backup'] } },
  { title: 'A rate without its time', spec: { ...withSmtp({}), rateLimit: { messages: 100 } } },
  { title: 'An unknown field', spec: withSmtp({ hostname: 'smtp.example.com' }) },
];

export const WARNINGS: readonly AdmissionCase[] = [
  { title: 'A certificate that is not verified', spec: withSmtp({ insecureSkipVerify: true }) },
  { title: 'A password without TLS', spec: withSmtp({ disableTLS: true }) },
  { title: 'Mail without TLS', spec: { smtp: { ...anonymous, tlsMode: 'none' }, sender } },
  {
    title: 'The port of implicit TLS with something else',
    spec: withSmtp({ port: 465, tlsMode: 'starttls' }),
  },
  { title: 'Neither a login nor a certificate to check', spec: { smtp: anonymous, sender } },
];

/** A provider without any fault. */
export const FAULTLESS: AdmissionCase['spec'] = withSmtp({});
/** What only an object can have that was stored without the webhook. */
export const FAULTY: AdmissionCase['spec'] = withSmtp({ host: 'smtp example' });
