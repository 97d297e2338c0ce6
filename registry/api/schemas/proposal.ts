import { type Static, Type } from "typebox";
import { limits } from "../../core/limits.ts";

const FileSchema = Type.Object(
  {
    /** Relative to the root of imports: `bodybroker/npc/v1/npc.proto`. */
    path: Type.String({ minLength: 1, maxLength: limits.pathLength }),
    content: Type.String({ maxLength: limits.fileBytes }),
  },
  { additionalProperties: false },
);

const ModuleSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 2 * limits.moduleNamePartLength + 1 }),
    files: Type.Array(FileSchema, { minItems: 1, maxItems: limits.filesPerProposal }),
    /** The text of the module's bindings.yaml, see `GET /v1/schemas/bindings.json`. */
    bindings: Type.Optional(Type.String({ maxLength: limits.bindingsFileLength })),
    /**
     * The digest of the head that the sender saw, or null for a new module. When head is another
     * by then, nothing is registered. Left out, the sender does not care.
     */
    expectedHead: Type.Optional(Type.Union([Type.String({ maxLength: 80 }), Type.Null()])),
  },
  { additionalProperties: false },
);

/** Revisions of one or several modules, offered for a check or to be registered together. */
export const ProposalSchema = Type.Object(
  {
    modules: Type.Array(ModuleSchema, { minItems: 1, maxItems: limits.modulesPerProposal }),
  },
  { additionalProperties: false },
);
export type Proposal = Static<typeof ProposalSchema>;
