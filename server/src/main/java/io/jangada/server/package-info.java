/// A server: its configuration, a member wired to sockets and disk, and what people run it with.
package io.jangada.server;
