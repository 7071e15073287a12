// Usage: node graphile.mjs <postgres url> <jobs> <unbatched|batched>
// Prints the jobs per second from the start of the worker until the last job's row is gone.
import pg from "pg";
import { run, runMigrations } from "graphile-worker";
import { Logger } from "graphile-worker";

const [url, count, mode] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const quiet = new Logger(() => () => {});
await runMigrations({ connectionString: url, logger: quiet });
const client = new pg.Client(url);
await client.connect();
await client.query("truncate graphile_worker._private_jobs");
await client.query(
  "insert into graphile_worker._private_tasks (identifier) values ('noop') on conflict do nothing");
await client.query(
  `insert into graphile_worker._private_jobs (task_id)
   select (select id from graphile_worker._private_tasks where identifier = 'noop') from generate_series(1, $1)`, [count]);
await client.query("vacuum analyze graphile_worker._private_jobs");

// The project's own performance settings: 24 at a time; batched adds the local queue and batched completion.
const batched = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
let done = 0;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
const started = process.hrtime.bigint();
const runner = await run({
  preset: {
    worker: { connectionString: url, concurrentJobs: 24, maxPoolSize: 25, pollInterval: 2000, ...(mode === "batched" ? batched : {}) },
  },
  logger: quiet,
  parsedCronItems: [],
  taskList: { noop: () => { if (++done === count) finish(); } },
});
await finished;
while (Number((await client.query("select count(*) from graphile_worker._private_jobs")).rows[0].count) > 0) {
  await new Promise((resolve) => setTimeout(resolve, 2));
}

const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(JSON.stringify({ jobs: count, seconds, perSecond: count / seconds }));
await runner.stop();
await client.end();
