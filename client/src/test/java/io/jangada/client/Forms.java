package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;

/// What the client writes and reads, for tests of the servers' side.
public final class Forms {
  private Forms() {}

  public static Bytes bytesOf(Step operation) {
    ByteWriter out = new ByteWriter(64).put(ResultReader.FORMAT);
    operation.writeTo(out);
    return out.handOver();
  }

  /// @return null where the servers no longer know the outcome
  public static Reply replyOf(Bytes result) {
    return ResultReader.read(new ByteReader(result));
  }
}
