const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Writes an age as the AGE column of kubectl does: two units while the larger one is small. */
export function humanAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
  const pair = (major: number, majorName: string, minor: number, minorName: string) =>
    minor === 0 ? `${major}${majorName}` : `${major}${majorName}${minor}${minorName}`;
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(milliseconds / MINUTE);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(milliseconds / HOUR);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(milliseconds / DAY);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  return `${days}d`;
}
