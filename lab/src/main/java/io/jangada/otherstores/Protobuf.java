package io.jangada.otherstores;

import io.netty.buffer.ByteBuf;

/// As much of protocol buffers as two messages of etcd need.
final class Protobuf {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int TYPE_BITS = 3;
  private static final int VARINT_BITS = 7;
  private static final int VARINT_MORE = 1 << VARINT_BITS;

  /// Of a `RangeResponse`.
  private static final int KVS = 2;

  /// Of a `KeyValue`.
  private static final int VALUE = 5;

  private Protobuf() {}

  static void writeBytes(ByteBuf out, int field, byte[] bytes) {
    out.writeByte(field << TYPE_BITS | BYTES);
    writeVarint(out, bytes.length);
    out.writeBytes(bytes);
  }

  static void writeNumber(ByteBuf out, int field, int number) {
    out.writeByte(field << TYPE_BITS | VARINT);
    writeVarint(out, number);
  }

  private static void writeVarint(ByteBuf out, int number) {
    int rest = number;
    for (; rest >= VARINT_MORE; rest >>>= VARINT_BITS)
      out.writeByte(rest & VARINT_MORE - 1 | VARINT_MORE);
    out.writeByte(rest);
  }

  /// The value of the first key in a `RangeResponse`, or null.
  static ByteBuf rangeValue(ByteBuf message) {
    ByteBuf first = field(message, KVS);
    return first == null ? null : field(first, VALUE);
  }

  /// The bytes of the first field of that number.
  private static ByteBuf field(ByteBuf message, int wanted) {
    while (message.isReadable()) {
      long tag = readVarint(message);
      if ((tag & (1 << TYPE_BITS) - 1) == VARINT) {
        readVarint(message);
        continue;
      }
      if ((tag & (1 << TYPE_BITS) - 1) != BYTES)
        throw new IllegalStateException("a field of a type that is not known: " + tag);
      long length = readVarint(message);
      if (length > message.readableBytes())
        throw new IllegalStateException("a field of " + length + " bytes");
      ByteBuf bytes = message.readSlice((int) length);
      if (tag >>> TYPE_BITS == wanted) return bytes;
    }
    return null;
  }

  private static long readVarint(ByteBuf in) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += VARINT_BITS) {
      byte b = in.readByte();
      number |= (long) (b & VARINT_MORE - 1) << shift;
      if (b >= 0) return number;
    }
    throw new IllegalStateException("a number without end");
  }
}
