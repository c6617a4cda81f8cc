/** `metav1.MicroTime`: the API server takes microseconds and nothing shorter. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
