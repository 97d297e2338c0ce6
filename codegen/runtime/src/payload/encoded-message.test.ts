import { create, fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { EchoResponseSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { LabContract } from "../../testing/lab.ts";
import { useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import { serve } from "../service/service.ts";
import { encodeMessage } from "./encoded-message.ts";

const lab = useLab();

describe("encodeMessage", () => {
  it("gives bytes that further fields can follow", () => {
    const joined = encodeMessage(EchoResponseSchema, { text: "old", times: 3 }).with({
      text: "new",
    });
    expect(fromBinary(EchoResponseSchema, joined.payload)).toEqual(
      create(EchoResponseSchema, { text: "new", times: 3 }),
    );
  });

  it.each(clients)("is an answer that a handler may give on $client", async (client) => {
    const nc = await lab.connect(client);
    const ready = encodeMessage(EchoResponseSchema, { times: 7 });
    await serve(nc, LabContract, {
      echo: ({ text }) => ready.with({ text }),
    });
    const reply = await createClient(LabContract, nc).echo({ room: "r1", text: "hi" });
    expect(reply).toEqual(create(EchoResponseSchema, { text: "hi", times: 7 }));
  });
});
