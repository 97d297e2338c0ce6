// Compiled by stub-package.e2e.test.ts as an ES module and as CommonJS, in strict mode, and run.
import { CharterError, createClient, publish, serve, subscribe } from "@charter-nats/runtime";
import { connect as connect3 } from "@nats-io/transport-node";
import { connect as connect2 } from "nats";
import { release, subjects } from "@acme/shop";
import { file_acme_shop_v1_orders } from "@acme/shop/acme/shop/v1/orders_pb";
import { OrderPlaced_ShippedContract, OrderPlacedContract$, OrderServiceContract, Region } from "@acme/shop/v1";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isExactly = <T extends true>(value: T) => value;

async function main(): Promise<void> {
  const servers = process.env["NATS_URL"] ?? "";
  const connections = [await connect3({ servers }), await connect2({ servers })] as const;
  for (const nc of connections) {
    const running = await serve(nc, OrderServiceContract, {
      async place(request, context) {
        const meta: string | undefined = request.meta?.requestId;
        isExactly<Equal<typeof request.region, Region>>(true);
        const signal: AbortSignal = context.signal;
        return { orderId: `${meta}-${signal.aborted}`, price: { units: 7n } };
      },
      async *track(request) {
        isExactly<Equal<typeof request.$typeName, "acme.shop.v1.TrackRequest">>(true);
        for (const place of ["here", "there"]) yield { place };
      },
      cancel: () => {
        throw new CharterError("not_found", "no such order");
      },
    });
    const orders = createClient(OrderServiceContract, nc);
    // Generous, because the machine that runs this may be busy.
    const options = { deadlineMs: 20_000 };
    const placed = await orders.place({ meta: { requestId: "r1" }, region: Region.NORTH, quantity: 2 }, options);
    isExactly<Equal<typeof placed.orderId, string>>(true);
    isExactly<Equal<typeof placed.$typeName, "acme.shop.v1.PlaceResponse">>(true);
    const refused = await orders.place({ quantity: 2 }, options).catch((error: unknown) => error);
    const missing = await orders.cancel({ orderId: "1" }, options).catch((error: unknown) => error);
    console.log(
      placed.orderId,
      placed.price?.units,
      refused instanceof CharterError && `${refused.code} ${refused.violations[0]?.field}`,
      missing instanceof CharterError && missing.code,
    );

    const places: string[] = [];
    for await (const frame of orders.track({ meta: { requestId: "r3" } }, options)) {
      isExactly<Equal<typeof frame.place, string>>(true);
      places.push(frame.place);
    }
    console.log(places.join(" "));

    const one = await subscribe(nc, OrderPlacedContract$, { region: Region.SOUTH, number: 5n });
    for (const region of [Region.NORTH, Region.SOUTH]) {
      await publish(nc, OrderPlacedContract$, { region, meta: { requestId: "r2" }, number: 5n });
    }
    for await (const { message, context } of one) {
      isExactly<Equal<typeof message.number, bigint>>(true);
      console.log(context.subject, message.number, context.schema);
      break;
    }
    await running.stop();

    // What must not compile.
    const others = { cancel: () => ({}), place: () => ({}), async *track() {} };
    // @ts-expect-error an rpc that does not exist
    orders.unbound;
    // @ts-expect-error a field that the request does not have
    const wrongField = () => orders.place({ amount: 2 });
    // @ts-expect-error a handler is missing
    const noHandler = () => serve(nc, OrderServiceContract, { cancel: () => ({}) });
    // @ts-expect-error a reply of another type
    const wrongReply = () => serve(nc, OrderServiceContract, { ...others, place: () => ({ id: 1 }) });
    // @ts-expect-error a handler of a streaming rpc gives one reply
    const noStream = () => serve(nc, OrderServiceContract, { ...others, track: () => ({ place: "x" }) });
    // @ts-expect-error a parameter that the subject does not have
    const wrongParameter = () => subscribe(nc, OrderPlacedContract$, { quantity: 1 });
    // @ts-expect-error a parameter of another type
    const wrongType = () => subscribe(nc, OrderPlacedContract$, { number: "5" });
    // @ts-expect-error a subject without parameters
    const noParameters = () => subscribe(nc, OrderPlaced_ShippedContract, { orderId: "1" });
    console.log([wrongField, noHandler, wrongReply, noStream, wrongParameter, wrongType, noParameters].length);
    await nc.close();
  }
  isExactly<Equal<(typeof subjects)["shop.orders.place.reply.v1"]["role"], "reply">>(true);
  console.log(release.semver, Object.keys(subjects).length, file_acme_shop_v1_orders.name);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
