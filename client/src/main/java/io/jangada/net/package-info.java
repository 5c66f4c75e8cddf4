/// Sockets, for whoever speaks over them: the event loops of this machine.
package io.jangada.net;
