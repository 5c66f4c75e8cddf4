package io.jangada.protocol.rpc;

import com.google.protobuf.Message;

/// The server's half of a call: hears what the client says. On the connection's event loop; nothing
/// follows after the call has ended or [#cancelled] was heard.
///
/// @param <Q> what the client sends
public interface Receiver<Q extends Message> {
  void message(Q message);

  /// The client sends no more. It still hears what is sent to it.
  void halfClosed();

  /// The call takes more after [Call#isReady] was false.
  default void ready() {}

  /// The client gave up, its connection is gone, or its deadline has passed.
  default void cancelled() {}
}
