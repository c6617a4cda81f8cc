import type { DeliveryReason, TransactionStage } from '@mailprovider/provider/delivery-reasons';
import type { Stage } from '@mailprovider/provider/reasons';

/** What an attempt found out for one recipient. */
export type AttemptResult =
  | { readonly outcome: 'delivered' }
  | {
      readonly outcome: 'deferred' | 'rejected' | 'uncertain';
      readonly reason: DeliveryReason;
      readonly code?: number;
    };

/** Why an attempt failed, as far as it may be told. */
export interface AttemptFailure {
  readonly reason: DeliveryReason;
  /** The step of the session or transaction; absent where none began. */
  readonly stage?: Stage | TransactionStage;
  /** Reply code of the server, where a reply was the cause. */
  readonly code?: number;
}
