package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/// Frames of the binary protocol: writes them, and takes those of one connection's server apart.
final class BinaryFrames {
  static final long PREFACE = 0x00_4a_41_4e_47_00_00_01L;

  // From the client.
  static final int COMMAND = 1;
  static final int READ = 2;
  static final int WATCH = 3;
  static final int WINDOW = 4;

  // From the server.
  static final int DONE = 1;
  static final int NOT_LEADER = 2;
  static final int REFUSED = 5;
  static final int WATCH_STARTED = 7;
  static final int EVENTS = 8;
  static final int WATCH_COMPACTED = 9;

  /// Number and kind.
  private static final int HEAD_BYTES = 9;

  private static final int FRAME_BYTES_MAX = 16 << 20;

  private final ByteBuf rest = Unpooled.buffer();
  private boolean isGreeted;

  /// @return where it starts, for [#end]
  static int begin(ByteBuf out, long number, int kind) {
    int start = out.writerIndex();
    out.writeInt(0).writeLong(number).writeByte(kind);
    return start;
  }

  static void end(ByteBuf out, int start) {
    out.setInt(start, out.writerIndex() - start - Integer.BYTES);
  }

  /// Takes what the server sent, which the caller releases.
  ///
  /// @param each is given each whole frame, without its length
  /// @throws IllegalStateException when it is not the protocol
  void read(ByteBuf in, Consumer<ByteBuf> each) {
    if (rest.isReadable()) {
      rest.writeBytes(in);
      split(rest, each);
      rest.discardReadBytes();
    } else {
      split(in, each);
      rest.clear().writeBytes(in);
    }
  }

  private void split(ByteBuf in, Consumer<ByteBuf> each) {
    if (!isGreeted) {
      if (in.readableBytes() < Long.BYTES) return;
      isGreeted = in.readLong() == PREFACE;
      if (!isGreeted) throw new IllegalStateException("not this version of the binary protocol");
    }
    while (in.readableBytes() >= Integer.BYTES) {
      int length = in.getInt(in.readerIndex());
      if (length < HEAD_BYTES || length > FRAME_BYTES_MAX)
        throw new IllegalStateException("a frame of " + length + " bytes");
      if (in.readableBytes() < Integer.BYTES + length) return;
      each.accept(in.skipBytes(Integer.BYTES).readSlice(length));
    }
  }
}
