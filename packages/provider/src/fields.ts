/** A JSON object whose fields are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `value[key]`, or an empty one where there is none. */
export function fieldsAt(value: unknown, key: string): Fields {
  const child = isFields(value) ? value[key] : undefined;
  return isFields(child) ? child : {};
}
