import { createHash } from "node:crypto";
import { CharterError } from "@charter-nats/runtime";

/** An amount of one currency in its smallest unit, as `Money` has it. */
export interface Amount {
  readonly currency: string;
  readonly minorUnits: bigint;
}

export interface Payment {
  readonly transactionId: string;
  readonly playerId: string;
  readonly itemId: string;
  readonly amount: Amount;
}

export interface Booking {
  readonly payment: Payment;
  /** What the player has left in the same currency. */
  readonly balance: Amount;
}

export interface Refund {
  readonly refundId: string;
  readonly payment: Payment;
  readonly refunded: Amount;
  readonly balance: Amount;
}

/** The money of players, in memory. What it refuses is a `CharterError`, and changes nothing. */
export interface PaymentLedger {
  /** Throws `failed_precondition` when the player has too little, `resource_exhausted` when it is full. */
  pay(payment: Omit<Payment, "transactionId">, key: string): Booking;
  covers(playerId: string, amount: Amount): boolean;
  /**
   * Gives a part back, or all that is left. Throws `not_found` for an unknown payment,
   * `failed_precondition` for more than is left of it, or another currency.
   */
  refund(transactionId: string, amount: Amount | null, key: string): Refund;
}

/** What every player begins with in each currency: the largest amount that `Money` can hold. */
const firstBalance = 1_000_000_000_000n;
/** What a process of a test can hold. */
const mostPayments = 100_000;

export function createPaymentLedger(): PaymentLedger {
  const balances = new Map<string, bigint>();
  const payments = new Map<string, { readonly payment: Payment; left: bigint }>();
  const balanceOf = (playerId: string, currency: string) =>
    balances.get(`${playerId} ${currency}`) ?? firstBalance;
  const move = (playerId: string, { currency }: Amount, by: bigint): Amount => {
    const minorUnits = balanceOf(playerId, currency) + by;
    balances.set(`${playerId} ${currency}`, minorUnits);
    return { currency, minorUnits };
  };
  return {
    covers: (playerId, { currency, minorUnits }) => balanceOf(playerId, currency) >= minorUnits,
    pay(wanted, key) {
      if (balanceOf(wanted.playerId, wanted.amount.currency) < wanted.amount.minorUnits) {
        throw new CharterError("failed_precondition", "the player has too little of this currency");
      }
      if (payments.size >= mostPayments) {
        throw new CharterError("resource_exhausted", `${mostPayments} payments are booked`);
      }
      const payment = { ...wanted, transactionId: idOf("payment", key) };
      payments.set(payment.transactionId, { payment, left: payment.amount.minorUnits });
      return {
        payment,
        balance: move(payment.playerId, payment.amount, -payment.amount.minorUnits),
      };
    },
    refund(transactionId, amount, key) {
      const booked = payments.get(transactionId);
      if (booked === undefined) throw new CharterError("not_found", "there is no such payment");
      const { payment } = booked;
      const { currency } = payment.amount;
      const refunded = amount ?? { currency, minorUnits: booked.left };
      if (refunded.currency !== currency) {
        throw new CharterError("failed_precondition", `the payment was made in ${currency}`);
      }
      if (refunded.minorUnits > booked.left) {
        throw new CharterError("failed_precondition", "less than that is left of the payment");
      }
      booked.left -= refunded.minorUnits;
      const balance = move(payment.playerId, payment.amount, refunded.minorUnits);
      return { refundId: idOf("refund", key), payment, refunded, balance };
    },
  };
}

/** Equal keys name the same payment, whichever process books it. */
function idOf(kind: string, key: string): string {
  return createHash("sha256").update(`${kind} ${key}`).digest("hex").slice(0, 32);
}
