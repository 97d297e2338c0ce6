/**
 * The server's entry. It looks at Node before anything else is loaded: on an older one, loading
 * SQLite would end the process without a word.
 */
const oldest = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < oldest) {
  process.stderr.write(
    `Charter's registry needs Node ${oldest} or newer, and this is ${process.versions.node}. Start it with \`npm start\`, which brings the right one.\n`,
  );
  process.exit(2);
}

const { runServer } = await import("./run-server.ts");
process.exitCode = await runServer(process.env);
