// A service that says it is ready and runs until it is told to stop; with
// "stubborn", it does not listen.
const path = Deno.env.get("NOTIFY_SOCKET")!;
// A name of its own: one that was killed leaves its socket behind.
const own = `${path}.${Deno.pid}`;
const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
await socket.send(new TextEncoder().encode("STATUS=up\nREADY=1\n"), {
  transport: "unixpacket",
  path,
});
socket.close();
Deno.removeSync(own);
Deno.addSignalListener("SIGTERM", () => {
  if (Deno.args[0] !== "stubborn") Deno.exit();
});
setInterval(() => {}, 1000);
