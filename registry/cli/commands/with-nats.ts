import type { NatsConnection } from "@nats-io/nats-core";
import type { Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";

/** Works with a connection to NATS, and closes it. Fails as unreachable when it is lost meanwhile. */
export async function withNats<T>(
  context: Context,
  name: string,
  work: (nc: NatsConnection) => Promise<T>,
): Promise<T> {
  const { connectNats } = await import("../nats-connection.ts");
  const nc = await connectNats(context, name);
  try {
    return await work(nc);
  } catch (error) {
    if (!nc.isClosed()) throw error;
    throw new CommandFailure(
      "unreachable",
      "NATS closed the connection during the run, so there is no result. Its log has the reason.",
      { cause: error },
    );
  } finally {
    await nc.close();
  }
}
