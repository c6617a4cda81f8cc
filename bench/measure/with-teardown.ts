import { Teardown } from '@mailprovider/cluster/teardown';

/** Does some work and, however that ends, ends what it started. */
export async function withTeardown<T>(work: (teardown: Teardown) => Promise<T>): Promise<T> {
  const teardown = new Teardown();
  try {
    return await work(teardown);
  } finally {
    await teardown.run();
  }
}
