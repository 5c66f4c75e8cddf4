package io.jangada.protocol.binary;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.node.ReadConsistency;
import io.jangada.node.watch.WatchRequest;

/// What a client asks for in one frame.
sealed interface Request {
  /// @param requestId null for a command without a session
  record Command(Operation.Command command, RequestId requestId) implements Request {}

  record Read(Operation.Read read, ReadConsistency reading) implements Request {}

  /// @param windowBytes what the client takes at first
  record Watch(WatchRequest wanted, int windowBytes) implements Request {}

  /// @param moreBytes what the client takes beside
  record Window(int moreBytes) implements Request {}

  /// Says who the client is.
  record Password(Bytes user, Bytes password) implements Request {
    @Override
    public String toString() {
      return "password of " + user;
    }
  }

  /// Says who the client is.
  record ShowToken(String token) implements Request {
    @Override
    public String toString() {
      return "token";
    }
  }

  record Cancel() implements Request {}

  record Progress() implements Request {}
}
