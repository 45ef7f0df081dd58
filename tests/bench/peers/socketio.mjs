// Socket.IO with its Redis adapter: node socketio.mjs PORT SIDE REDIS_URL
// WebSocket alone and bufferutil installed, as its guide on performance recommends.
import { createServer } from "node:http";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, side, url] = process.argv.slice(2);
const other = side === "a" ? "b" : "a";
const sharded = process.env.BENCH_SHARDED === "1";

const publisher = createClient({ url });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);
const adapter = sharded
  ? createShardedAdapter(publisher, subscriber, { subscriptionMode: "dynamic-private" })
  : createAdapter(publisher, subscriber);

const http = createServer();
const io = new Server(http, { adapter, transports: ["websocket"], serveClient: false, perMessageDeflate: false });

io.on("connection", (socket) => {
  const name = socket.handshake.query.id;
  const peer = other + name;
  socket.join(side + name);
  socket.on("message", (body) => {
    io.to(peer).emit("message", body);
  });
});

http.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
