import { absentValues } from '@mailprovider/provider/absent-values';
import type { AdmissionContext } from '@mailprovider/provider/admit';
import { type JsonPatch, jsonPointer } from './json-patch.ts';
import type { AdmissionRequest } from './review.ts';

/** The patch that fills in what the object leaves to us; nothing that is given changes. */
export function mutate(
  { object }: Pick<AdmissionRequest, 'object'>,
  context: AdmissionContext,
): JsonPatch {
  return absentValues(object, context).map(({ path, value }) => ({
    op: 'add',
    path: jsonPointer(path),
    value,
  }));
}
