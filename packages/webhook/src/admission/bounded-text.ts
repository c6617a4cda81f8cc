/** Control and format characters, and what ends a line: none may reach a header or a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** The text in one line of printable characters, at most `max` of them (code points, as Go's runes). */
export function boundedLine(text: string, max: number): string {
  // A code point has two units at most, so this much is enough to cut from.
  const line = text
    .slice(0, 2 * max + 1)
    .replace(UNPRINTABLE, ' ')
    .trim();
  if (line.length <= max) return line;
  const points = [...line];
  return points.length <= max ? line : `${points.slice(0, max - 1).join('')}…`;
}
