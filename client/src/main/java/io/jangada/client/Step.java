package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import java.util.function.Consumer;

/// What can stand in a [Transaction]: a [Put], a [RangeRequest], another [Transaction], or one of
/// those that are made here.
public abstract sealed class Step permits Put, RangeRequest, Transaction, Step.Small {
  Step() {}

  /// Writes it as the protocol has operations.
  abstract void writeTo(ByteWriter out);

  /// Reads one key: [Reply.FoundVersion] or [Reply.NotFound].
  public static Step get(Bytes key) {
    return new Small(out -> out.put(1).putBytes(key));
  }

  /// Removes one key: [Reply.Deleted] or [Reply.NotFound].
  public static Step delete(Bytes key) {
    return new Small(out -> out.put(3).putBytes(key).put(0));
  }

  /// Removes all keys of a range: [Reply.Removed].
  ///
  /// @param former whether the reply shall hold what was there, as far as one reply can
  public static Step deleteRange(KeyRange keys, boolean former) {
    return new Small(
        out -> {
          keys.writeTo(out.put(9));
          putFlag(out, former);
        });
  }

  static void putFlag(ByteWriter out, boolean flag) {
    out.put(flag ? 1 : 0);
  }

  static final class Small extends Step {
    private final Consumer<ByteWriter> form;

    private Small(Consumer<ByteWriter> form) {
      this.form = form;
    }

    @Override
    void writeTo(ByteWriter out) {
      form.accept(out);
    }
  }
}
