package io.jangada.bench;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;

/// A protocol, as one connection of a load speaks it: it puts requests, and tells replies apart.
/// Owned by the connection's event loop.
public interface ProtocolDriver {
  /// Adds what has to stand between the socket and the load: nothing where the protocol is plain
  /// bytes.
  default void prepare(ChannelPipeline pipeline) {}

  /// The connection is open.
  ///
  /// @param ready called when requests can be put, now or after a greeting
  void open(ChannelHandlerContext context, Runnable ready);

  /// Puts a request, which is on its way with the next [#flush] at the latest.
  ///
  /// @param slot what the reply is told with
  /// @param key its number; 0 for [OpType#CAS]
  void send(int slot, OpType verb, long key);

  void flush();

  /// Takes what the server sent, which the caller releases.
  ///
  /// @throws IllegalStateException when it is nothing that the protocol has
  void receive(Object message, Answers answers);

  /// Whom replies are told to. A request has one of these.
  interface Answers {
    /// It was done, and the value of a read was that of its key.
    void right(int slot);

    /// `cas` found another version: a right answer, too.
    void conflict(int slot);

    /// It was not done.
    void refused(int slot, String what);

    /// No such answer can be right.
    void wrong(int slot, String what);

    /// Nothing more is to be had from this server.
    void end();
  }
}
