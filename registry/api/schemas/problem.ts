import { type Static, Type } from "typebox";
import { type FailureCode, failureCodes } from "../../core/failure.ts";
import { CheckReportSchema } from "./report.ts";

const PlaceSchema = Type.Object({
  message: Type.String(),
  module: Type.Optional(Type.String()),
  file: Type.Optional(Type.String()),
  line: Type.Optional(Type.Integer()),
  column: Type.Optional(Type.Integer()),
});

/** An RFC 9457 problem document. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  /** What happened and the remedy. */
  detail: Type.String(),
  code: Type.Enum([...failureCodes]),
  /** The id under which the server's log has the same failure. */
  id: Type.String(),
  places: Type.Array(PlaceSchema),
  /** The known patterns nearest to an unknown subject. */
  nearest: Type.Optional(Type.Array(Type.String())),
  /** The report of a refused registration. */
  report: Type.Optional(CheckReportSchema),
});
export type Problem = Static<typeof ProblemSchema>;

/** The HTTP status of each failure. */
export const statusOf: Record<FailureCode, number> = {
  INVALID_REQUEST: 400,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  COMPILE_FAILED: 422,
  BINDING_INVALID: 422,
  IMPORT_NOT_REGISTERED: 422,
  OWNED_BY_ANOTHER_MODULE: 409,
  SUBJECT_OVERLAP: 409,
  BASELINE_MOVED: 409,
  POLICY_MOVED: 409,
  BREAKING_CHANGE: 422,
  BUSY: 503,
  INTERNAL: 500,
};
