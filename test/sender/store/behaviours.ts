import type { MailStore } from '@mailprovider/sender/store/mail-store';
import type { Test } from 'tap';

/** Opens a store that is empty, or what a closed one kept. */
export interface StoreUnderTest {
  open(): Promise<MailStore>;
}

/** Tests of behaviours, each with a store of its own. */
export function behaviours(t: Test, fresh: (t: Test) => StoreUnderTest) {
  return (
    name: string,
    check: (t: Test, store: MailStore, place: StoreUnderTest) => Promise<void>,
  ): void => {
    t.test(name, async (t) => {
      const place = fresh(t);
      const store = await place.open();
      t.teardown(() => store.close());
      await check(t, store, place);
    });
  };
}
