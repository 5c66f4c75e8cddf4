package io.jangada.client;

import io.netty.buffer.ByteBuf;

/// The frames of the binary protocol: four bytes of length, eight of the number that the client
/// gave, one of kind, a body.
final class Frames {
  /// What both sides begin with: a zero, `JANG`, and the version.
  static final long PREFACE = 0x00_4a_41_4e_47_00_00_01L;

  // From the client.
  static final int COMMAND = 1;
  static final int READ = 2;
  static final int WATCH = 3;
  static final int WINDOW = 4;
  static final int CANCEL = 5;
  static final int PROGRESS = 6;
  static final int PASSWORD = 7;

  // From the server.
  static final int DONE = 1;
  static final int NOT_LEADER = 2;
  static final int BUSY = 3;
  static final int NO_MEMORY = 4;
  static final int REFUSED = 5;
  static final int UNKNOWN = 6;
  static final int WATCH_STARTED = 7;
  static final int EVENTS = 8;
  static final int WATCH_COMPACTED = 9;
  static final int WATCH_ENDED = 10;
  static final int PROGRESS_MADE = 11;
  static final int KNOWN = 12;

  // How up to date a read is.
  static final int LINEARIZABLE = 0;
  static final int BOUNDED_STALE = 2;

  /// Number and kind.
  static final int HEAD_BYTES = 9;

  private Frames() {}

  /// @return where it starts, for [#end]
  static int begin(ByteBuf out, long number, int kind) {
    int start = out.writerIndex();
    out.writeInt(0).writeLong(number).writeByte(kind);
    return start;
  }

  static void end(ByteBuf out, int start) {
    out.setInt(start, out.writerIndex() - start - Integer.BYTES);
  }
}
