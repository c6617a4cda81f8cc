import type { JsonPatch } from './json-patch.ts';

/** The answer to one AdmissionRequest. */
export interface Verdict {
  readonly allowed: boolean;
  readonly message?: string;
  readonly warnings: readonly string[];
  readonly patch?: JsonPatch;
}

export function allowed(warnings: readonly string[] = []): Verdict {
  return { allowed: true, warnings };
}

export function denied(message: string): Verdict {
  return { allowed: false, message, warnings: [] };
}

/** Allows the object after the patch; an empty patch is none. */
export function patched(patch: JsonPatch): Verdict {
  return patch.length === 0 ? allowed() : { allowed: true, warnings: [], patch };
}

/**
 * Encodes a verdict as AdmissionReview (admission.k8s.io/v1).
 *
 * A denial has code 403 and no reason: with any reason kubectl would print words of its own in
 * place of `admission webhook "..." denied the request: ...`.
 */
export function encodeReview(uid: string, verdict: Verdict): object {
  const { message, warnings, patch } = verdict;
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: verdict.allowed,
      ...(message === undefined ? {} : { status: { code: 403, message } }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(patch === undefined
        ? {}
        : {
            patchType: 'JSONPatch',
            patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
          }),
    },
  };
}
