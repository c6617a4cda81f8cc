import fc from 'fast-check';

const LENGTH = 10_000;

/** Numbers from [0, 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  const numbers = fc.sample(fc.noBias(fc.nat(2 ** 31 - 1)), { numRuns: LENGTH, seed });
  let index = 0;
  return () => (numbers[index++ % LENGTH] ?? 0) / 2 ** 31;
}
