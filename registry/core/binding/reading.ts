import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { FailurePlace } from "../failure.ts";
import type { Place } from "./binding.ts";

/** What the reading of one file shares. */
export interface Reading {
  /** Where the binding of an rpc or a message is written. @param name its full name */
  placeOf(name: string, element: DescMessage | DescMethod): Place;
  readonly problems: FailurePlace[];
  /** The owner that the services of a proto package name, which its events have too. */
  readonly owners: ReadonlyMap<string, string>;
}
