import { fieldsAt } from './fields.ts';
import { sameValue } from './same-value.ts';

/** What decides where a password is sent, and by whose name. */
const DESTINATION = [
  'host',
  'port',
  'tlsMode',
  'serverName',
  'certificateAuthority',
  'insecureSkipVerify',
  'disableTLS',
  'username',
  'authMethod',
] as const;

/**
 * The name of the Secret that a write sends somewhere new: one it newly references, or one whose
 * password goes elsewhere than before. Only who may read that Secret should be able to do so.
 */
export function secretSentBy(spec: unknown, oldSpec: unknown): string | undefined {
  const [smtp, oldSmtp] = [fieldsAt(spec, 'smtp'), fieldsAt(oldSpec, 'smtp')];
  const reference = fieldsAt(smtp, 'passwordRef');
  const name = reference['name'];
  if (typeof name !== 'string') return undefined;
  const oldReference = fieldsAt(oldSmtp, 'passwordRef');
  const isSame =
    reference['name'] === oldReference['name'] &&
    reference['key'] === oldReference['key'] &&
    DESTINATION.every((field) => sameValue(smtp[field], oldSmtp[field]));
  return isSame ? undefined : name;
}
