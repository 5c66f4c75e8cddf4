package io.jangada.protocol.port;

import io.jangada.bytes.Bytes;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// A value whose length was announced, as it arrives. What is there completely is copied once; what
/// comes in pieces is gathered under a budget that all connections share. Where that is spent the
/// value is read over and lost: nothing ever waits for a client that stopped in the middle.
public final class ArrivingValue {
  private static final int FIRST_BYTES = 64 << 10;

  private final Quota arriving;
  private byte[] value;
  private int length;
  private int wanted;
  private long taken;
  private boolean isLost;

  /// @param arriving what may be held of lines and values that have not come to their end
  public ArrivingValue(Quota arriving) {
    this.arriving = arriving;
  }

  /// A value is to come.
  public void begin(int bytes) {
    wanted = bytes;
    length = 0;
    isLost = false;
  }

  /// Whether more of the value is to come.
  public boolean isAwaited() {
    return wanted > length;
  }

  /// Takes what there is of it. Returns whether that is the rest.
  public boolean read(ByteBuf in) {
    int more = Math.min(in.readableBytes(), wanted - length);
    if (!isLost && !reserve(length + more)) {
      isLost = true;
      letGo();
    }
    if (isLost) in.skipBytes(more);
    else in.readBytes(value, length, more);
    length += more;
    return length == wanted;
  }

  private boolean reserve(int bytes) {
    if (value != null && bytes <= value.length) return true;
    if (value == null && bytes == wanted) {
      value = new byte[wanted];
      return true;
    }
    // Where memory is short, an announcement alone takes little of it.
    int size = wanted;
    if (!arriving.isRoomy()) size = (int) Math.min(wanted, Math.max(FIRST_BYTES, 2L * bytes));
    if (!arriving.tryTake(size - taken)) return false;
    taken = size;
    value = value == null ? new byte[size] : Arrays.copyOf(value, size);
    return true;
  }

  /// The whole value, once it is there; null if it is lost.
  public Bytes take() {
    Bytes whole = isLost ? null : wanted == 0 ? Bytes.EMPTY : Bytes.wrap(value);
    letGo();
    wanted = 0;
    length = 0;
    return whole;
  }

  /// Lets go of what is held.
  public void letGo() {
    value = null;
    arriving.give(taken);
    taken = 0;
  }
}
