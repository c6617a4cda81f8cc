/** The kinds of field errors and their words, as the Kubernetes API prints them. */
const LABELS = {
  required: 'Required value',
  invalid: 'Invalid value',
  unsupported: 'Unsupported value',
  tooLong: 'Too long',
  forbidden: 'Forbidden',
} as const;

/** One fault of an object: where it is, and what to change. */
export interface FieldError {
  readonly kind: keyof typeof LABELS;
  /** Exact path from the object's root, such as `spec.smtp.port`. */
  readonly path: string;
  readonly detail: string;
  /** The value found; only `invalid` and `unsupported` print it. */
  readonly value?: unknown;
}

/** Longer values are cut: they are for recognising the fault, and an object may hold megabytes. */
const VALUE_MAX = 80;

/** Writes a value as it may be shown: short, and without what stands before an `@` of a URL. */
function printed(value: unknown): string {
  if (typeof value === 'string') {
    const withoutUserInfo = value.replace(/^(\S*\/\/)?\S+:\S*@(?=\S*$)/, '$1***@');
    return JSON.stringify(
      withoutUserInfo.length > VALUE_MAX
        ? `${withoutUserInfo.slice(0, VALUE_MAX)}...`
        : withoutUserInfo,
    );
  }
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object' && value !== null) return 'object';
  return String(value);
}

/** Formats one error: `spec.smtp.port: Invalid value: 0: must be between 1 and 65535`. */
export function formatFieldError(error: FieldError): string {
  const shown =
    error.kind === 'invalid' || error.kind === 'unsupported' ? `${printed(error.value)}: ` : '';
  return `${error.path}: ${LABELS[error.kind]}: ${shown}${error.detail}`;
}

/** Formats all errors of an object in one line: a single one as it is, several in brackets. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const lines = errors.map(formatFieldError);
  return lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
}
