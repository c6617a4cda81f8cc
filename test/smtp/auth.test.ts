import type { SessionReason } from '@mailprovider/provider/reasons';
import { authReason } from '@mailprovider/smtp/auth';
import t from 'tap';

t.test('each refusal of AUTH has its reason', async (t) => {
  const table: readonly [number, string | undefined, SessionReason][] = [
    [535, '5.7.8', 'AuthenticationFailed'],
    [535, '5.7.3', 'AuthenticationFailed'],
    [535, undefined, 'AuthenticationFailed'],
    [550, undefined, 'AuthenticationFailed'],
    [500, undefined, 'AuthenticationFailed'],
    [535, '5.7.139', 'AuthMethodDisabled'],
    [550, '5.7.30', 'AuthMethodDisabled'],
    [534, '5.7.9', 'AuthMethodDisabled'],
    [538, '5.7.11', 'AuthMethodDisabled'],
    [432, '4.7.12', 'AuthMethodDisabled'],
    [504, '5.5.4', 'AuthMechanismUnsupported'],
    [454, '4.7.0', 'AuthThrottled'],
    [454, undefined, 'AuthThrottled'],
    [432, '4.3.2', 'AuthThrottled'],
    [421, '4.7.0', 'ServiceUnavailable'],
    [451, undefined, 'ServiceUnavailable'],
    [250, undefined, 'ProtocolError'],
    [334, undefined, 'ProtocolError'],
  ];
  for (const [code, enhancedStatus, reason] of table) {
    const reply = { code, lines: [''] as const, ...(enhancedStatus ? { enhancedStatus } : {}) };
    t.equal(authReason(reply), reason, `${code} ${enhancedStatus ?? ''}`);
  }
});
