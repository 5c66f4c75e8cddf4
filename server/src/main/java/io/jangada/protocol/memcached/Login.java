package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;

/// What a client says who it is with: the data `user password` of a `set`.
record Login(Bytes user, Bytes password) {
  static final int BYTES_MAX = 16 << 10;

  /// Null where data can be none.
  static Login of(Bytes data) {
    if (data.length() > BYTES_MAX) return null;
    int end = Math.min(data.length() - 1, KvLimits.USER_NAME_BYTES_MAX + 1);
    for (int i = 1; i < end; i++)
      if (data.at(i) == ' ')
        return data.at(0) == ' '
            ? null
            : new Login(data.slice(0, i), data.slice(i + 1, data.length() - i - 1));
    return null;
  }
}
