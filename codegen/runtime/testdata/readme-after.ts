// Waits until both readers of the stream have seen the update, and tells.
clearInterval(clock);
told.add("an hour of w42 was heard");
while (cached.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
if (cached.every((each) => each === `w42 ${sequence}`)) {
  told.add(`update ${update.revision} of w42 was cached by the consumer and by the late joiner`);
}
console.log(`told: ${[...told].join("\n")}`);
await Promise.all([consumption.stop(), running.stop(), peerService.stop(), peerWorlds.stop()]);
process.exit(0);
