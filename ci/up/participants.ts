process.stdout.write("ready\n"); setInterval(() => {}, 1e6);
