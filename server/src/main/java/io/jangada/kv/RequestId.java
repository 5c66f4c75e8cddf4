package io.jangada.kv;

import io.jangada.bytes.Bytes;

/// Which request of which client a command is, so that one sent again is done once.
///
/// A protocol whose clients count gets [Numbered]; one whose requests merely have distinct names
/// gets [Named]. The difference is what can be said of an id that is not remembered: a number below
/// those forgotten is old, a name may as well be new.
public sealed interface RequestId {
  /// The bytes that name the client, at most [KvLimits#CLIENT_BYTES_MAX].
  Bytes client();

  /// @param sequence 0 or more; a client's requests count up, and may arrive in another order
  record Numbered(Bytes client, long sequence) implements RequestId {
    public Numbered {
      checkLength("client", client, KvLimits.CLIENT_BYTES_MAX);
      if (sequence < 0) throw new IllegalArgumentException("negative sequence " + sequence);
    }
  }

  /// @param name distinct among the client's requests, at most [KvLimits#NAME_BYTES_MAX] bytes
  record Named(Bytes client, Bytes name) implements RequestId {
    public Named {
      checkLength("client", client, KvLimits.CLIENT_BYTES_MAX);
      checkLength("name", name, KvLimits.NAME_BYTES_MAX);
    }
  }

  private static void checkLength(String what, Bytes bytes, int lengthMax) {
    if (bytes.length() > lengthMax)
      throw new IllegalArgumentException(
          what + " of " + bytes.length() + " bytes, at most " + lengthMax);
  }
}
