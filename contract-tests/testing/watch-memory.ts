/** The most that this process has kept since it began to watch, in bytes. */
export function watchMemory(): () => number {
  const used = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 20);
  return () => {
    clearInterval(timer);
    return Math.max(most, used()) - before;
  };
}
