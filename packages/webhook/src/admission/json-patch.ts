/** One operation of a JSON Patch (RFC 6902); adding is all that mutation ever does. */
export interface AddOperation {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

export type JsonPatch = readonly AddOperation[];

/** Writes a path of object keys as a JSON Pointer (RFC 6901). */
export function jsonPointer(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
