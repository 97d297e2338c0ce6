/** Sees what failed where no caller can be told. `where` is an rpc or a subject. */
export type FailureListener = (error: unknown, where: string) => void;

/** What listens when the application does not: a failure that nobody sees is never mended. */
export const printFailure: FailureListener = (error, where) => {
  console.error(`charter: ${where}:`, error);
};
