import type { ProposedModule } from "../jobs/proposal.ts";

/** A module of a test: its files by their paths. */
export function moduleOf(name: string, files: Readonly<Record<string, string>>): ProposedModule {
  return {
    name,
    files: Object.entries(files).map(([path, content]) => ({ path, content })),
  };
}

/** A proto file with Charter's options at hand. Its body begins on line `firstBodyLine`. */
export function proto(protoPackage: string, body: string, imports: readonly string[] = []): string {
  const all = ["charter/nats/v1/binding.proto", ...imports];
  return `syntax = "proto3"; package ${protoPackage};\n${all.map((path) => `import "${path}";`).join(" ")}\n${body}\n`;
}

export const firstBodyLine = 3;

/** An event `Noted` with one parameter, on `<subject>.{id}`. */
export function eventProto(protoPackage: string, subject: string, fields = ""): string {
  return proto(
    protoPackage,
    `message Noted {
  option (charter.nats.v1.event) = {subject: "${subject}.{id}"};
  string id = 1;
  ${fields}
}`,
  );
}

/** The smallest module: one event, `acme.<name>.noted.v1.{id}`. */
export function eventModule(name: string, fields = ""): ProposedModule {
  return moduleOf(`acme/${name}`, {
    [`acme/${name}/v1/${name}.proto`]: eventProto(
      `acme.${name}.v1`,
      `acme.${name}.noted.v1`,
      fields,
    ),
  });
}

/** `acme/common` with a message that others put into theirs. */
export function commonModule(fields = ""): ProposedModule {
  return moduleOf("acme/common", {
    "acme/common/v1/meta.proto": proto(
      "acme.common.v1",
      `message Meta {
  string request_id = 1;
  string tenant = 2;
  ${fields}
}`,
    ),
  });
}

/** `acme/orders`: a service that imports `acme/common`, with a request and its reply's subject. */
export function ordersModule(fields = ""): ProposedModule {
  return moduleOf("acme/orders", {
    "acme/orders/v1/orders.proto": proto(
      "acme.orders.v1",
      `service OrderService {
  option (charter.nats.v1.service) = {queue_group: "q.orders" owner: "orders-team"};
  rpc Place(PlaceRequest) returns (PlaceResponse) {
    option (charter.nats.v1.request) = {subject: "acme.orders.place.v1" reply_subject: "acme.orders.placed.v1"};
  }
}
message PlaceRequest {
  acme.common.v1.Meta meta = 1;
  string item = 2;
  ${fields}
}
message PlaceResponse { string order_id = 1; }`,
      ["acme/common/v1/meta.proto"],
    ),
  });
}
