/// A client of the text protocol and the binary one: asynchronous calls over few connections, which
/// find the leader, are tried again when that is safe, and always come to an end.
///
/// [JangadaClient] is the door, [Reply] is what comes back. Inside, one event loop owns everything:
/// [Dispatcher] decides where a call goes and what becomes of it, a [Connection] speaks with a
/// server in one of the protocols, and [Watches] opens each [Watch] again that loses its server.
package io.jangada.client;
