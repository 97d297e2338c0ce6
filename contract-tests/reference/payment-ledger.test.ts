import { expect, it } from "vitest";
import { createFirstAnswers } from "./first-answers.ts";
import { createPaymentLedger } from "./payment-ledger.ts";

const eur = (minorUnits: bigint) => ({ currency: "EUR", minorUnits });
const payment = (minorUnits: bigint) => ({
  playerId: "p1",
  itemId: "sword",
  amount: eur(minorUnits),
});
const all = 1_000_000_000_000n;

it("takes a payment from the balance of its player and currency alone", () => {
  const ledger = createPaymentLedger();
  expect(ledger.pay(payment(all - 10n), "k1").balance).toEqual(eur(10n));
  expect(ledger.covers("p1", eur(10n))).toBe(true);
  expect(ledger.covers("p1", eur(11n))).toBe(false);
  expect(ledger.covers("p2", eur(11n))).toBe(true);
  expect(ledger.covers("p1", { currency: "XBC", minorUnits: 11n })).toBe(true);
});

it("refuses what the player has not, and changes nothing", () => {
  const ledger = createPaymentLedger();
  ledger.pay(payment(all), "k1");
  expect(() => ledger.pay(payment(1n), "k2")).toThrow("too little");
  expect(ledger.pay(payment(0n), "k3").balance).toEqual(eur(0n));
});

it("gives back parts, then what is left, and no more", () => {
  const ledger = createPaymentLedger();
  const { transactionId } = ledger.pay(payment(100n), "k1").payment;
  expect(ledger.refund(transactionId, eur(30n), "r1")).toMatchObject({
    refunded: eur(30n),
    balance: eur(all - 70n),
  });
  expect(() => ledger.refund(transactionId, eur(71n), "r2")).toThrow("less than that is left");
  const dollars = { currency: "USD", minorUnits: 1n };
  expect(() => ledger.refund(transactionId, dollars, "r3")).toThrow("made in EUR");
  expect(ledger.refund(transactionId, null, "r4").refunded).toEqual(eur(70n));
  expect(ledger.refund(transactionId, null, "r5").refunded).toEqual(eur(0n));
  expect(ledger.covers("p1", eur(all))).toBe(true);
  expect(() => ledger.refund("gone", null, "r6")).toThrow("no such payment");
});

it("names a payment and a refund by their keys", () => {
  const ids = ["k1", "k2"].map((key) => {
    const { payment: booked } = createPaymentLedger().pay(payment(1n), key);
    return booked.transactionId;
  });
  const again = createPaymentLedger().pay(payment(1n), "k1").payment.transactionId;
  expect(again).toBe(ids[0]);
  expect(new Set(ids).size).toBe(2);
});

it("gives the first answer to a key again, and none to another body", () => {
  const answers = createFirstAnswers<number>();
  let made = 0;
  const make = () => {
    made += 1;
    return made;
  };
  expect(answers.answer("k1", "a", make)).toBe(1);
  expect(answers.answer("k1", "a", make)).toBe(1);
  expect(answers.answer("k2", "a", make)).toBe(2);
  expect(() => answers.answer("k1", "b", make)).toThrow("belongs to another request");
  expect(made).toBe(2);
});

it("tries again what was refused", () => {
  const answers = createFirstAnswers<string>();
  const refuse = () => {
    throw new Error("refused");
  };
  expect(() => answers.answer("k1", "a", refuse)).toThrow("refused");
  expect(answers.answer("k1", "a", () => "granted")).toBe("granted");
});
