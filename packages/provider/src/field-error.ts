/** The kinds of field errors and their words, as the Kubernetes API prints them. */
const LABELS = {
  required: 'Required value',
  invalid: 'Invalid value',
  unsupported: 'Unsupported value',
  tooLong: 'Too long',
  tooMany: 'Too many',
  forbidden: 'Forbidden',
} as const;

/** One fault of an object: where it is, and what to change. */
export interface FieldError {
  readonly kind: keyof typeof LABELS;
  /** Exact path from the object's root, such as `spec.smtp.port`. */
  readonly path: string;
  readonly detail: string;
  /** The value found, if it may be shown to everyone who reads messages and logs. */
  readonly value?: string | number | boolean;
  /** Other paths whose values make this a fault. */
  readonly because?: readonly string[];
}

/** Longer values are cut: they are for recognising the fault, and an object may hold megabytes. */
const VALUE_MAX = 80;

function printed(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const shown = value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}...` : value;
  return JSON.stringify(shown);
}

/** Formats one error: `spec.smtp.port: Invalid value: 0: must be between 1 and 65535`. */
export function formatFieldError({ kind, path, detail, value }: FieldError): string {
  return `${path}: ${LABELS[kind]}: ${value === undefined ? '' : `${printed(value)}: `}${detail}`;
}

/** Formats all errors of an object in one line: a single one as it is, several in brackets. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const lines = errors.map(formatFieldError);
  return lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
}
