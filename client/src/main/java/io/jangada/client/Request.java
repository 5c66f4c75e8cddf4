package io.jangada.client;

import io.netty.buffer.ByteBuf;

/// What a call asks for, in the form of one of the protocols.
interface Request {
  /// Whether it goes over a connection of the binary protocol.
  boolean isBinary();

  /// Whether the state of the cluster can depend on how often it is done.
  boolean changes();

  /// Whether it goes under a session's number, so that the servers do it once.
  boolean isNumbered();

  /// How much it counts against limits.
  int sizeBytes();

  /// @param ticket the session's number, or null without one
  /// @param number by which the connection knows the answer, if its protocol has that
  void writeTo(ByteBuf out, RequestNumbers.Ticket ticket, long number);

  /// What an answer about the data means, or null when it makes no sense here.
  Reply replyTo(Answer answer);
}
