import { expect, it } from "vitest";
import { outlineProto } from "./proto-outline.ts";

it("outlineProto reads what people write, with the comments that belong to it", () => {
  const text = `/* licence */

syntax="proto2"; package game.v1 ; // the game
import public "a/b.proto";
import 'c.proto';
option java_package = "x; message No {}";

// far away

// Plays.
service Play { // queue: q.play
	option deprecated = true;
	/* NATS: a.b.c
	 * twice */
	rpc Go ( .game.v1.Req ) returns ( stream game.v1.Res ) { option idempotency_level = IDEMPOTENT; }
	rpc Up(stream Req) returns (Res); // svc.up
}
message Req {
  required string id = 1 [default = "{"];
  optional group Old = 2 { optional int32 x = 1; }
  oneof what { int64 a = 3; Kind b = 4; }
  map<string, Kind> all = 5;
  repeated string many = 6;
  enum Kind { A = 0; }
  // evt.inner
  message Inner { bool yes = 1; }
  reserved 7, 8;
}
message Res {}
extend Req { optional int32 more = 100; }
`;
  const outline = outlineProto(text);
  expect(outline).toMatchObject({ protoPackage: "game.v1", imports: ["a/b.proto", "c.proto"] });
  expect(outline.services).toEqual([
    {
      name: "Play",
      comment: "Plays.\nqueue: q.play",
      line: 11,
      rpcs: [
        {
          name: "Go",
          comment: "NATS: a.b.c\ntwice",
          line: 15,
          request: ".game.v1.Req",
          reply: "game.v1.Res",
          requestStreams: false,
          replyStreams: true,
        },
        {
          name: "Up",
          comment: "svc.up",
          line: 16,
          request: "Req",
          reply: "Res",
          requestStreams: true,
          replyStreams: false,
        },
      ],
    },
  ]);
  expect(outline.messages.map((each) => [each.name, each.comment])).toEqual([
    ["Req.Inner", "evt.inner"],
    ["Req", ""],
    ["Res", ""],
  ]);
  expect(outline.messages[1]?.fields).toEqual([
    { name: "id", type: "string" },
    { name: "a", type: "int64" },
    { name: "b", type: "Kind" },
  ]);
});

it.each(["", "no proto at all", "service S {", "message M { string a = 1", 'import "', "}}}};;"])(
  "outlineProto ends on %j",
  (text) => {
    expect(outlineProto(text).protoPackage).toBe("");
  },
);
