import { Type } from "typebox";

/** What a registry says to a token that it takes; it answers others with a problem. */
export const AcceptedTokenSchema = Type.Object({ mayWrite: Type.Literal(true) });
