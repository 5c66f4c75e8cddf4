package io.jangada.protocol.binary;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.Quota;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// The bytes of one connection turned into frames, however they are divided into pieces.
///
/// A frame that is there completely is copied once. One that comes in pieces is gathered under a
/// budget that all connections share; where that is spent it is read over and becomes
/// [Arrival.Dropped]: nothing ever waits for a client that stopped in the middle.
final class FrameReader {
  private static final int FIRST_BYTES = 16 << 10;

  private final int frameBytesMax;
  private final Quota arriving;
  private final ByteBuf header =
      Unpooled.wrappedBuffer(new byte[BinaryFormat.HEADER_BYTES]).clear();

  private long number;

  /// How much follows the header; 0 while it is not there.
  private int length;

  private int arrived;
  private byte[] frame;
  private int taken;
  private boolean dropped;
  private boolean over;

  /// @param frameBytesMax how much may follow a frame's number
  /// @param arriving what may be held of frames that have not come to their end
  FrameReader(int frameBytesMax, Quota arriving) {
    this.frameBytesMax = frameBytesMax;
    this.arriving = arriving;
  }

  /// The connection's first bytes as a number, or null when they are not there completely: then all
  /// of `in` was taken.
  Long preface(ByteBuf in) {
    int missing = Long.BYTES - header.readableBytes();
    header.writeBytes(in, Math.min(in.readableBytes(), missing));
    if (header.readableBytes() < Long.BYTES) return null;
    long preface = header.readLong();
    header.clear();
    return preface;
  }

  /// The next frame, or null when it is not there completely: then all of `in` was taken.
  Arrival next(ByteBuf in) {
    if (over) {
      in.skipBytes(in.readableBytes());
      return null;
    }
    if (length == 0) {
      header.writeBytes(in, Math.min(in.readableBytes(), header.writableBytes()));
      if (header.isWritable()) return null;
      Arrival derailed = readHeader();
      if (derailed != null) return derailed;
    }
    return readFrame(in);
  }

  /// Lets go of what is held. Nothing may be read afterwards.
  void close() {
    over = true;
    letGo();
  }

  private Arrival readHeader() {
    int announced = header.readInt();
    number = header.readLong();
    header.clear();
    length = announced - Long.BYTES;
    if (announced > Long.BYTES && length <= frameBytesMax) return null;
    over = true;
    boolean isNumbered = announced < 0 || announced >= Long.BYTES;
    String reason = "a frame of " + Integer.toUnsignedString(announced) + " bytes";
    return new Arrival.Derailed(isNumbered ? number : 0, reason);
  }

  private Arrival readFrame(ByteBuf in) {
    int more = Math.min(in.readableBytes(), length - arrived);
    if (!dropped && !reserve(arrived + more)) {
      dropped = true;
      letGo();
    }
    if (dropped) in.skipBytes(more);
    else in.readBytes(frame, arrived, more);
    arrived += more;
    if (arrived < length) return null;
    Arrival whole =
        dropped
            ? new Arrival.Dropped(number)
            : new Arrival.Frame(number, frame[0] & 0xff, Bytes.slice(frame, 1, length - 1));
    letGo();
    dropped = false;
    arrived = 0;
    length = 0;
    return whole;
  }

  private boolean reserve(int bytes) {
    if (frame != null && bytes <= frame.length) return true;
    if (frame == null && bytes == length) {
      frame = new byte[length];
      return true;
    }
    // Where memory is short, an announcement alone takes little of it.
    int size = length;
    if (!arriving.isRoomy()) size = (int) Math.min(length, Math.max(FIRST_BYTES, 2L * bytes));
    if (!arriving.tryTake(size - taken)) return false;
    taken = size;
    frame = frame == null ? new byte[size] : Arrays.copyOf(frame, size);
    return true;
  }

  private void letGo() {
    frame = null;
    arriving.give(taken);
    taken = 0;
  }
}
