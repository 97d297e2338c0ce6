import type { LawEntry } from "./law-entry.ts";

/** The laws of the other side, and what contract files add. */
export const clientLaws: readonly LawEntry[] = [
  {
    id: "C1",
    title: "copes with a service that misbehaves",
    promise:
      "A client ends with a typed error, and never hangs or takes a wrong answer, when replies are late, doubled, missing, malformed or of the wrong type, or a stream has a gap or no end.",
    appliesTo: "clients of every rpc, and subscribers of every event",
    effect: "offline",
    needs: ["a program that makes one call, for `charter contract client`"],
    evidence:
      "A call of the client to a mock with one fault, by the answer that it took or the code of the error that it printed. An exit without a code can be a crash. A client that fails against the sound mock shows nothing.",
    minimum: null,
    breach: {
      fault: "The client waits for a reply without a time-out.",
      reported: "no-reply  the client must report an error, and did not end within 30 s",
    },
    remedy:
      "Call through the generated client. A client by hand needs a deadline for every call, a check of the sequence and the count, and validation of what came.",
  },
  {
    id: "C2",
    title: "uses only what the contract has",
    promise:
      "Every subject that a consumer uses, every field that it reads and every field that it sets in requests is in the release that it is held against, with the same number and type.",
    appliesTo: "consumers that use generated stubs",
    effect: "offline",
    needs: [
      "usage files, which the stubs write while the consumer's tests run with `CHARTER_RECORD_USE`",
      "`charter contract usage`, which holds them against a release, or keeps them in the registry for the gate and `charter deploy check`",
    ],
    evidence: "A field that the consumer's own tests read or set.",
    minimum: null,
    rules: ["CONSUMER_USE_NO_BREAK"],
    breach: {
      fault: "A consumer reads a field that the provider's release does not have.",
      reported:
        "shop-web@2.1.0 reads price_cents of acme.shop.v1.Receipt, which 1.4.0 does not have",
    },
    remedy:
      "Move the consumer to what replaces the field, record its use again, and then take the field away in a v2 package.",
  },
  {
    id: "H1",
    title: "answers like the HTTP endpoint that it replaces",
    promise:
      "The same request to the old HTTP endpoint and to the NATS service has equal replies, within the tolerances of the contract file, as often as it asks.",
    appliesTo: "rpcs for which a contract file says `shadow`",
    effect: "calls",
    needs: ["`shadow` in a contract file", "the HTTP endpoint", "`charter contract shadow`"],
    evidence:
      "A request that both answered. The lower bound of the match rate's confidence interval decides, so a few matches are not enough.",
    minimum: 20,
    breach: {
      fault: "The service rounds prices, and the old endpoint does not.",
      reported: [
        "equal      471 of 500, 94.20 % (between 91.80 % and 95.92 % with 95 % confidence; 99.00 % are needed)",
        "differs    total: 1999 by HTTP, 2000 by NATS",
        'message    {"sku":"a"}',
      ].join("\n"),
    },
    remedy:
      "Mend the service, or declare the difference as a tolerance when it is meant. Cut over when the law passes.",
  },
  {
    id: "X1",
    title: "answers the examples as its contract file says",
    promise: "Each example of a contract file has the reply or the error that it expects.",
    appliesTo: "rpcs for which a contract file has `examples`",
    effect: "calls",
    needs: ["`examples` in a contract file"],
    evidence: "An example that was sent.",
    minimum: 1,
    breach: {
      fault: "The reply has more tokens than were asked for.",
      reported: [
        'the example "hello" must have a reply for which reply.tokens <= request.max_tokens',
        'came back  {"tokens":2}',
        'message    {"maxTokens":1}',
      ].join("\n"),
    },
    remedy: "Mend the service, or the example where the service is right.",
  },
];
