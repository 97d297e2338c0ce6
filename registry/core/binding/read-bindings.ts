import { type DescFile, type DescMessage, type FileRegistry, getOption } from "@bufbuild/protobuf";
import type { FailurePlace } from "../failure.ts";
import * as options from "../gen/charter/nats/v1/binding_pb.js";
import { sourceLines } from "../revision/source-lines.ts";
import type { Binding, Place } from "./binding.ts";
import { readEvent } from "./read-event.ts";
import { readRpc } from "./read-rpc.ts";
import type { Reading } from "./reading.ts";

/** The bindings that files declare, and what is wrong with those that cannot be read. */
export interface BindingsRead {
  readonly bindings: readonly Binding[];
  readonly problems: readonly FailurePlace[];
}

/**
 * Reads the bindings that Charter's options declare in the given files.
 *
 * @param registry the linked descriptors of the files and all that they import, with source info
 * @param files the paths of the files to read, such as `bodybroker/npc/v1/npc.proto`
 * @param places where the bindings of a bindings.yaml are written, by the name of the rpc or message
 */
export function readBindings(
  registry: FileRegistry,
  files: Iterable<string>,
  places: ReadonlyMap<string, Place> = new Map(),
): BindingsRead {
  const bindings: Binding[] = [];
  const problems: FailurePlace[] = [];
  const read = [...files].flatMap((path) => registry.getFile(path) ?? []);
  const owners = ownersOf(read);
  for (const file of read) {
    const lines = sourceLines(file);
    const reading: Reading = {
      placeOf: (name, element) => places.get(name) ?? lines.place(element),
      problems,
      owners,
    };
    for (const service of file.services) {
      for (const method of service.methods) {
        const binding = readRpc(reading, method);
        if (binding !== null) bindings.push(binding);
      }
    }
    for (const message of allMessages(file.messages)) {
      const binding = readEvent(reading, message);
      if (binding !== null) bindings.push(binding);
    }
  }
  return { bindings, problems };
}

function ownersOf(files: readonly DescFile[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const file of files) {
    for (const service of file.services) {
      const { owner } = getOption(service, options.service);
      if (owner !== "" && !owners.has(file.proto.package)) owners.set(file.proto.package, owner);
    }
  }
  return owners;
}

/** Messages with all that are nested in them. */
export function* allMessages(messages: readonly DescMessage[]): Generator<DescMessage> {
  for (const message of messages) {
    yield message;
    yield* allMessages(message.nestedMessages);
  }
}
