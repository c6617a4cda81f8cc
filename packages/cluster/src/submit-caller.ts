import { GROUP, PLURAL } from '@mailprovider/provider/identity';
import type { Kubectl } from './kubectl.ts';
import { type Manifest, manifestStream } from './manifests.ts';

const NAME = 'mailprovider-caller';
const NAMESPACE = 'default';
/** What the sender takes tokens for. */
const AUDIENCE = 'mailprovider-sender';

/** A caller of the submit API that may use every provider, and handle the mail of all callers. */
function callerManifests(): readonly Manifest[] {
  const rbac = 'rbac.authorization.k8s.io';
  const mails = { apiGroups: [GROUP], resources: [`${PLURAL}/mails`] };
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAME, namespace: NAMESPACE },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: NAME },
      rules: [{ ...mails, verbs: ['create', 'list', 'update'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
    },
  ];
}

/** Creates a ServiceAccount that may do everything with the submit API; returns a token of it. */
export async function createSubmitToken(kubectl: Kubectl, hours: number): Promise<string> {
  await kubectl.run(['apply', '--server-side', '--filename=-'], manifestStream(callerManifests()));
  const account = [NAME, `--namespace=${NAMESPACE}`];
  const validity = [`--audience=${AUDIENCE}`, `--duration=${hours}h`];
  return kubectl.run(['create', 'token', ...account, ...validity]);
}
