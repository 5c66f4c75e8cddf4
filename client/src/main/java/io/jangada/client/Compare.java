package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import java.util.function.Consumer;

/// What must be true of every key in a range for a [Transaction] to take its first branch. A range
/// without keys is compared as one key of which all numbers are 0 and that has no value.
public final class Compare {
  /// Which number of a key.
  public enum Field {
    CREATED,
    MODIFIED,
    CHANGES,
    LEASE
  }

  /// How what is there relates to what is given.
  public enum Relation {
    EQUAL,
    NOT_EQUAL,
    LESS,
    GREATER
  }

  private final Consumer<ByteWriter> form;

  private Compare(Consumer<ByteWriter> form) {
    this.form = form;
  }

  /// The value, by unsigned bytes. Nothing is true of a value that is not there.
  public static Compare value(KeyRange keys, Relation relation, Bytes value) {
    return new Compare(
        out -> {
          keys.writeTo(out.put(1));
          out.put(relation.ordinal()).putBytes(value);
        });
  }

  /// The key has this value.
  public static Compare value(Bytes key, Bytes value) {
    return value(KeyRange.of(key), Relation.EQUAL, value);
  }

  /// One of the numbers that a key has.
  public static Compare number(KeyRange keys, Field field, Relation relation, long number) {
    return new Compare(
        out -> {
          keys.writeTo(out.put(2));
          out.put(field.ordinal()).put(relation.ordinal()).putLong(number);
        });
  }

  /// The key's value is of this revision.
  public static Compare revision(Bytes key, long revision) {
    return number(KeyRange.of(key), Field.MODIFIED, Relation.EQUAL, revision);
  }

  public static Compare absent(Bytes key) {
    return number(KeyRange.of(key), Field.CREATED, Relation.EQUAL, 0);
  }

  public static Compare present(Bytes key) {
    return number(KeyRange.of(key), Field.CREATED, Relation.NOT_EQUAL, 0);
  }

  void writeTo(ByteWriter out) {
    form.accept(out);
  }
}
