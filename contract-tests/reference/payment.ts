import {
  PaymentCompletedContract,
  PaymentKind,
  PaymentObstacle,
  PaymentServiceContract,
  type ProcessPaymentRequest,
  ProcessPaymentRequestSchema,
  type ProcessPaymentResponseSchema,
  type RefundPaymentRequest,
  RefundPaymentRequestSchema,
  type RefundPaymentResponseSchema,
} from "@bodybroker/payment/v1";
import {
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import {
  type Connection,
  publish,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { createFirstAnswers } from "./first-answers.ts";
import { type Amount, createPaymentLedger, type Payment } from "./payment-ledger.ts";

/** How long an event is tried to be handed to its stream. */
const eventDeadlineMs = 2000;

/** Serves payments as their contract describes them; the books end with the process. */
export function startReference(
  nc: Connection,
  { onError = () => {} }: Pick<ServeOptions, "onError"> = {},
): Promise<RunningService> {
  const ledger = createPaymentLedger();
  const payments = createFirstAnswers<MessageInitShape<typeof ProcessPaymentResponseSchema>>();
  const refunds = createFirstAnswers<MessageInitShape<typeof RefundPaymentResponseSchema>>();

  function announce(id: string, kind: PaymentKind, payment: Payment, amount: Amount): void {
    const { playerId, transactionId, itemId } = payment;
    const event = { playerId, transactionId, itemId, kind, amount, occurredAt: timestampNow() };
    const options = { id, deadlineMs: eventDeadlineMs };
    publish(nc, PaymentCompletedContract, event, options).catch((error: unknown) =>
      onError(error, PaymentCompletedContract.subject.text),
    );
  }

  function pay(request: ProcessPaymentRequest) {
    const { playerId, itemId } = request;
    const key = keyOf(request);
    const { payment, balance } = ledger.pay({ playerId, itemId, amount: amountOf(request) }, key);
    announce(payment.transactionId, PaymentKind.PURCHASE, payment, payment.amount);
    return { transactionId: payment.transactionId, balance, bookedAt: timestampNow() };
  }

  function refund(request: RefundPaymentRequest) {
    const amount = request.amount === undefined ? null : amountOf(request);
    const { transactionId } = request;
    const made = ledger.refund(transactionId, amount, keyOf(request));
    announce(made.refundId, PaymentKind.REFUND, made.payment, made.refunded);
    return { refundId: made.refundId, refunded: made.refunded, balance: made.balance };
  }

  return serve(
    nc,
    PaymentServiceContract,
    {
      processPayment: (request) =>
        payments.answer(keyOf(request), bodyOf(ProcessPaymentRequestSchema, request), () =>
          pay(request),
        ),
      validatePayment(request) {
        const valid = ledger.covers(request.playerId, amountOf(request));
        return { valid, obstacles: valid ? [] : [PaymentObstacle.INSUFFICIENT_BALANCE] };
      },
      refundPayment: (request) =>
        refunds.answer(keyOf(request), bodyOf(RefundPaymentRequestSchema, request), () =>
          refund(request),
        ),
    },
    { onError, evidence: "reference" },
  );
}

type WithMeta = Pick<ProcessPaymentRequest, "meta">;

/** Keys of different tenants are different. */
function keyOf({ meta }: WithMeta): string {
  return `${meta?.tenantId ?? ""} ${meta?.idempotencyKey ?? ""}`;
}

/** What is asked for, whoever asks and however often. */
function bodyOf<Desc extends DescMessage>(
  schema: Desc,
  request: MessageShape<Desc> & WithMeta,
): string {
  const body = { ...request, meta: undefined } as MessageShape<Desc>;
  return Buffer.from(toBinary(schema, body)).toString("base64");
}

function amountOf({ amount }: { readonly amount?: Amount | undefined }): Amount {
  if (amount === undefined) throw new TypeError("a validated request has an amount");
  const { currency, minorUnits } = amount;
  return { currency, minorUnits };
}
