import type { DeliveryReason } from '@mailprovider/provider/delivery-reasons';

/** What an attempt found out for one recipient. */
export type AttemptResult =
  | { readonly outcome: 'delivered' }
  | {
      readonly outcome: 'deferred' | 'rejected' | 'uncertain';
      readonly reason: DeliveryReason;
      readonly code?: number;
    };
