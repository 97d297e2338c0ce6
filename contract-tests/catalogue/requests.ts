import type { LawEntry } from "./law-entry.ts";

/** The laws of a single request. */
export const requestLaws: readonly LawEntry[] = [
  {
    id: "R1",
    title: "served in the declared queue group",
    promise:
      "Somebody serves the subject, says so in `$SRV.INFO`, is in the contract's queue group with every instance, and answers.",
    appliesTo: "every rpc",
    effect: "observes",
    needs: ["the right to publish on `$SRV.INFO`"],
    evidence:
      "An instance that `$SRV.INFO` lists, after one request was answered; where the rpc may not be called, the instance alone.",
    minimum: 1,
    breach: {
      fault: "One of three instances was started without its queue group.",
      reported:
        "expected every endpoint of acme.shop.buy.v1 in queue group q.shop; 1 of 3 are not, such as shop UQ7… in q",
    },
    remedy:
      "Start every instance through the generated service, which takes the queue group from the contract. A service by hand has to name it in each subscription, and to answer `$SRV.INFO`.",
  },
  {
    id: "R2",
    title: "accepts every valid request",
    promise:
      "A request that keeps the contract's rules has a reply, or frames, that decode and keep their own rules. A refusal such as `not_found` breaks no promise, and is no evidence either.",
    appliesTo: "every rpc",
    effect: "calls",
    needs: [],
    evidence: "A valid request that was granted. Refused ones are listed, and do not count.",
    minimum: 20,
    breach: {
      fault: "The service answers 500 above 4096 tokens, and the contract allows 8192.",
      reported: [
        "a valid request was not answered as the contract says: error 500 internal",
        "came back  error 500 internal: out of memory",
        'message    {"maxTokens":4097,"prompt":"a"}',
        "nearest    maxTokens 4096 is answered",
      ].join("\n"),
    },
    remedy:
      "Serve what the contract allows. Where the service cannot, it is the contract that is wrong: say the true bound in a protovalidate rule, in a new version, so that callers know it.",
  },
  {
    id: "R3",
    title: "rejects a request that breaks a rule",
    promise:
      "Each rule of the request, broken once and alone, has error 400 `invalid_argument` with its payload; never 5xx, and never silence.",
    appliesTo: "every rpc whose request has rules",
    effect: "calls",
    needs: [],
    evidence:
      "A rule that was broken by a message of which protovalidate says the same, by rule id, before it is sent. A rule that no value breaks, such as `gte: 0` of an unsigned integer, is listed as unbreakable.",
    minimum: 1,
    breach: {
      fault: "The handler runs before the request was validated.",
      reported: [
        "a request that breaks uint32.lte at max_tokens must have error 400 invalid_argument",
        "came back  a reply of 14 bytes",
        'message    {"maxTokens":8193,"prompt":"a"}',
        "rule       uint32.lte of max_tokens, acme/shop/v1/shop.proto:12",
      ].join("\n"),
    },
    remedy:
      "Validate before the handler: the generated service does it. A service by hand calls protovalidate on what it decoded, and answers with `charter.nats.v1.Error`.",
  },
  {
    id: "R4",
    title: "survives malformed requests",
    promise:
      "Damaged bytes are answered as what they are by the contract, and a valid request is answered afterwards.",
    appliesTo: "every rpc",
    effect: "calls",
    needs: [],
    evidence:
      "A damaged payload: cut off, bits turned, a wrong wire type, a huge length, bytes that are no UTF-8, nesting, nothing at all. Each is classified before anything is expected: what decodes and keeps its rules is a valid message, however it came to be.",
    minimum: 12,
    breach: {
      fault: "An exception while decoding ends the subscription.",
      reported: [
        "after 14 malformed requests a valid one was not answered",
        "came back  nothing within 2000 ms",
        "hex        0aff",
      ].join("\n"),
    },
    remedy:
      "Catch what decoding throws, and answer 400 `invalid_argument`. Never let an exception out of a message callback.",
  },
  {
    id: "R5",
    title: "repeats what correlates",
    promise:
      "The reply repeats the field by which the request is known: the one that a contract file names, or `request_id` where both have it.",
    appliesTo:
      "rpcs with `request_id` in request and reply, or with `correlate` in a contract file",
    effect: "calls",
    needs: ["a `request_id` on both sides, or `correlate` in a contract file"],
    evidence:
      "A granted request of a pair that was sent at the same time: a service that mixes requests up does so when it has two in hand.",
    minimum: 10,
    breach: {
      fault: "Replies of concurrent requests are mixed up.",
      reported: [
        "order_id of the reply must repeat order.id of the request",
        'came back  a acme.shop.v1.OrderResponse with "o-7", and not "o-8"',
        'message    {"order":{"id":"o-8"}}',
      ].join("\n"),
    },
    remedy:
      "Take the value from the request in hand, not from what handlers share, and copy it into the reply.",
  },
  {
    id: "R6",
    title: "answers before its deadline",
    promise:
      "A valid request has a reply or an error within the contract's `deadline_ms`, in 99 of 100 cases, and the percentiles keep the budgets of a contract file.",
    appliesTo: "every rpc with one reply",
    effect: "calls",
    needs: ["`latency` in a contract file for percentiles"],
    evidence:
      "A timed answer. Percentiles are judged from the `min_samples` of the contract file on. What was late is tried again, so that a busy machine is not taken for a slow service.",
    minimum: 30,
    breach: {
      fault: "A query without an index takes 300 ms, and the contract says 50.",
      reported: [
        "an answer must come within 50 ms",
        "came back  answers after 301.2, 300.8, 300.5, 300.9 ms, one after the other",
        'message    {"sku":"a"}',
      ].join("\n"),
    },
    remedy:
      "Answer within the deadline, if need be with `resource_exhausted` or `deadline_exceeded`. A deadline that nobody can keep is a wrong contract: lengthen it, which breaks nobody.",
  },
  {
    id: "R7",
    title: "answers a request once",
    promise: "A request has exactly one reply, however many instances run.",
    appliesTo: "every rpc with one reply",
    effect: "calls",
    needs: [],
    evidence: "A request whose replies were counted until nothing more came.",
    minimum: 10,
    breach: {
      fault: "Three instances forgot the queue group, so each serves every request.",
      reported: [
        "a request must have one reply; 20 of 20 had another count",
        "came back  3 replies, with 3 instances in $SRV.INFO",
      ].join("\n"),
    },
    remedy:
      "Subscribe in the contract's queue group with every instance. Until then each request has its effect several times.",
  },
  {
    id: "R8",
    title: "accepts what older releases sent",
    promise:
      "A message that was valid under an older release of the same major is accepted, whichever registered minor or deployed patch that is.",
    appliesTo: "every rpc whose request is another one in an older release of the same major",
    effect: "calls",
    needs: ["older releases in the registry"],
    evidence:
      "A granted request that is valid under an older release, at least ten of each form that the request has had.",
    minimum: 10,
    breach: {
      fault: "The service demands a field that callers of last year do not know.",
      reported: [
        "a request that is valid in 1.1.0 was not answered as the contract says: error 400 invalid_argument",
        'message    {"sku":"a"}',
      ].join("\n"),
    },
    remedy:
      "Give what is missing a default. `charter service list` shows who still uses the older release; a stricter form needs a v2 package beside v1.",
  },
  {
    id: "R9",
    title: "tolerates what newer releases add",
    promise:
      "A valid request with fields or enum values that the contract does not know yet is answered like the one without, where the rules allow it; so is what a newer release of the same major sends.",
    appliesTo: "every rpc",
    effect: "calls",
    needs: [],
    evidence: "A granted request with an unknown field or enum value, or of a newer release.",
    minimum: 10,
    breach: {
      fault: "The decoder is strict, and refuses field 19000.",
      reported: [
        "a valid request with an unknown field was not answered as the contract says: error 500 internal",
        'message    {"sku":"a"}',
        "hex        0a0161c2a30901",
      ].join("\n"),
    },
    remedy:
      "Ignore fields that the code does not know. During a rollout, callers and services are always of two releases.",
  },
  {
    id: "R10",
    title: "repeats its answer to a repeated request",
    promise:
      "The same request twice has equal replies where the rpc declares `idempotency_level`, for callers retry such rpcs. Times and what names the attempt, such as `request_id`, may differ, and what a contract file names in `repeat.ignore`.",
    appliesTo: "rpcs with `idempotency_level` `IDEMPOTENT` or `NO_SIDE_EFFECTS`",
    effect: "calls",
    needs: ["`idempotency_level` in the contract"],
    evidence:
      "A granted request that was sent again, byte for byte, with an `idempotency_key` where there is one.",
    minimum: 5,
    breach: {
      fault: "A payment is made again although its idempotency key is the same.",
      reported: [
        "the same request twice must have equal replies",
        "came back  two replies that differ at payment_id",
        'message    {"idempotencyKey":"k","cents":1}',
      ].join("\n"),
    },
    remedy:
      "Remember the reply by the idempotency key, and send it again. Where an rpc cannot be repeated, take `idempotency_level` away, so that nobody retries it.",
  },
];
