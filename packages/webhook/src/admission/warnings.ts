import { boundedLine } from './bounded-text.ts';

/**
 * Above 4,096 runes in total the API server cuts every warning to 256 and then drops the rest; one
 * with a control character it drops in silence (apiserver, `endpoints/filters/warning.go`).
 */
const RUNES_EACH = 256;
const RUNES_TOTAL = 4_096;
/** `999999 more warnings are left out` */
const RUNES_OF_LAST = 34;

function runes(text: string): number {
  return [...text].length;
}

/** The warnings as the API server passes all of them on: printable, bounded, each once. */
export function boundedWarnings(warnings: readonly string[]): readonly string[] {
  if (warnings.length === 0) return warnings;
  const lines = new Set(warnings.map((warning) => boundedLine(warning, RUNES_EACH)));
  lines.delete('');
  const kept: string[] = [];
  let left = RUNES_TOTAL - RUNES_OF_LAST;
  for (const line of lines) {
    left -= runes(line);
    if (left < 0) return [...kept, `${lines.size - kept.length} more warnings are left out`];
    kept.push(line);
  }
  return kept;
}
