/// Event loops, addresses, keep-alive and TLS, for both sides of a connection. For TLS start
/// reading at [io.jangada.net.TlsContext] and [io.jangada.net.PortGate].
package io.jangada.net;
