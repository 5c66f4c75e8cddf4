/// What the client protocols on a TCP port share: what bounds the memory of all its connections,
/// the way of replies from the replica to event loops, and how a connection is closed.
package io.jangada.protocol.port;
