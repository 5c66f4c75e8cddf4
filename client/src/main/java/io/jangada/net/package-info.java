/// Event loops, addresses and keep-alive, for both sides of a connection.
package io.jangada.net;
