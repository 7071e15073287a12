// Usage: node pgboss.mjs <postgres url> <jobs> <unbatched|batched>
// Prints the jobs per second from the first fetch until the last job is completed.
import PgBoss from "pg-boss";

const [url, count, mode] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const boss = new PgBoss({ connectionString: url, max: 16, supervise: false, schedule: false });
boss.on("error", (error) => console.error(error.message));
await boss.start();
await boss.createQueue("noop");
await boss.purgeQueue("noop");
for (let from = 0; from < count; from += 10000) {
  const size = Math.min(10000, count - from);
  await boss.insert(Array.from({ length: size }, () => ({ name: "noop", data: {} })));
}

// Its workers poll twice a second at most, so the loops here fetch and complete as fast as it can.
const batchSize = mode === "batched" ? 100 : 1;
let done = 0;
const started = process.hrtime.bigint();
await Promise.all(Array.from({ length: mode === "batched" ? 8 : 16 }, async () => {
  while (done < count) {
    const jobs = await boss.fetch("noop", { batchSize });
    if (jobs.length === 0) {
      break;
    }

    await boss.complete("noop", jobs.map((job) => job.id));
    done += jobs.length;
  }
}));
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(JSON.stringify({ jobs: done, seconds, perSecond: done / seconds }));
await boss.stop({ graceful: false });
process.exit(0);
