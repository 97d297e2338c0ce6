/** The outcome of a promise, or `"too late"` when it has none after so many milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | "too late"> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<"too late">((resolve) => {
    timer = setTimeout(() => resolve("too late"), ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
