import type { SecretReason } from '../reasons.ts';
import type { Guidance } from './guidance.ts';

/** What to know of each reason of PasswordLoaded=False beside its words in status (`SECRET_REASON_TEXT`). */
export const SECRET_REASON_GUIDE: Readonly<Record<SecretReason, Guidance>> = {
  SecretNotFound: {
    causes: ['it was created in another namespace', 'a typing error', 'it was not yet created'],
    fix: [
      'Look for it: `kubectl get secret -A --field-selector metadata.name=SECRET`.',
      'Create it: `kubectl create secret generic SECRET -n mailprovider-credentials --from-file=KEY=FILE`.',
    ],
  },
  SecretKeyMissing: {
    causes: ['`spec.smtp.passwordRef.key` and the Secret call it differently'],
    fix: [
      'See the keys, without values: `kubectl describe secret SECRET -n mailprovider-credentials`.',
      'Correct `spec.smtp.passwordRef.key` or the Secret.',
    ],
  },
  SecretEmpty: {
    causes: ['a template or variable that was empty when the Secret was made'],
    fix: [
      'See the sizes: `kubectl describe secret SECRET -n mailprovider-credentials`.',
      'Put the password there; a line break alone is no password.',
    ],
  },
  SecretForbidden: {
    causes: ['the Role or RoleBinding of health is missing in the credentials namespace'],
    fix: [
      'Ask: `kubectl auth can-i get secrets -n mailprovider-credentials --as=system:serviceaccount:mailprovider-system:mailprovider-health`.',
      'Apply `manifests/rbac.yaml`.',
    ],
  },
  SecretTypeNotAllowed: {
    causes: ['`passwordRef` names a token, a TLS key or a registry login'],
    fix: [
      'See its type: `kubectl get secret SECRET -n mailprovider-credentials`.',
      'Make a Secret of type Opaque or kubernetes.io/basic-auth; the type of one that exists cannot be changed.',
    ],
  },
  SecretNamespaceNotAllowed: {
    causes: [
      '`spec.smtp.passwordRef.namespace` was stored while the webhook was absent',
      'webhook and health have different `--credentials-namespace`',
    ],
    fix: [
      'Remove `spec.smtp.passwordRef.namespace` and keep the Secret in the credentials namespace (`--credentials-namespace`).',
    ],
  },
  SecretNotBoundToHost: {
    causes: [
      'the provider moved to another server',
      'somebody else names a Secret that is not meant for this server',
    ],
    fix: [
      'See what it is for: `kubectl describe secret SECRET -n mailprovider-credentials`.',
      'Only if it is meant for this server: `kubectl annotate secret SECRET -n mailprovider-credentials mailprovider.io/allowed-hosts=OTHERS,HOST --overwrite`, where OTHERS are those that stand there and stay.',
    ],
  },
};
