// Usage: node fastify.mjs <postgres url> <port> <processes> <connections each> <table>
// Takes single offer events: one insert a request, prepared once a connection, committed before the answer. The table is made by
// the caller. What could cost it something and is not needed is left out: no logging, no schema check of the body.
import cluster from "node:cluster";
import Fastify from "fastify";
import pg from "pg";

const [url, table] = [process.argv[2], process.argv[6]];
const [port, processes, connections] = process.argv.slice(3, 6).map(Number);
if (!/^[a-z_]+$/.test(table)) {
  throw new Error("The table is named by small letters.");
}

async function serve() {
  const pool = new pg.Pool({ connectionString: url, max: connections, idleTimeoutMillis: 0 });
  pool.on("error", (error) => console.error(error.message));
  const insert =
    `insert into ${table} (id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do nothing`;
  const answer = { schema: { response: { 202: { type: "object", properties: { inserted: { type: "integer" } } } } } };
  const app = Fastify({ logger: false });
  app.post("/single", answer, async (request, reply) => {
    const event = request.body;
    const result = await pool.query({
      name: "insert-event",
      text: insert,
      values: [
        event.event_id, event.offer_slug, event.target_slug, event.event_type, event.action, event.cart_total, event.currency,
        event.order_reference, event.metadata === undefined ? null : JSON.stringify(event.metadata),
      ],
    });
    reply.code(202);
    return { inserted: result.rowCount };
  });
  await app.listen({ host: "127.0.0.1", port });
}

if (processes > 1 && cluster.isPrimary) {
  cluster.on("exit", () => process.exit(1));
  for (let worker = 0; worker < processes; worker++) {
    cluster.fork();
  }
} else {
  await serve();
}
