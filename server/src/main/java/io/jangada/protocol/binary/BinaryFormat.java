package io.jangada.protocol.binary;

/// What the bytes of the binary protocol mean.
///
/// The client begins with a preface: eight bytes, [#PREFACE]. No text command begins with 0, so
/// both protocols have one port. The server answers with its own preface. Then both send frames:
///
/// ```
/// frame      length of what follows (4) number (8) kind (1) body
/// ```
///
/// Numbers are big-endian. The client chooses a frame's number, and what the server says to it
/// carries the same. Requests need not wait for each other, and are answered in any order. "Bytes"
/// have four bytes of length before them; ranges, operations, results and entries are as
/// [io.jangada.kv.CommandCodec] has them, operations and results with the format byte before them.
///
/// ```
/// of the client
///  1 command    0 | 1 client name bytes, sequence (8); operation
///  2 read       0 linearizable | 1 follower | 2 millis (8) bounded stale; operation
///  3 watch      range, from (8), options (1), window (4)
///  4 window     more (4)
///  5 cancel
///  6 progress
///  7 password   user bytes, password bytes
///  8 token      token bytes
/// of the server
///  1 done       result
///  2 not leader leader (4, -1 for none), address bytes ("host:port", empty if unknown)
///  3 busy       reason bytes
///  4 no memory
///  5 refused    reason bytes
///  6 unknown
///  7 started    revision (8)
///  8 events     more (1), count (4), events
///  9 compacted  revision (8)
/// 10 ended      reason bytes
/// 11 progress   revision (8)
/// 12 known      token bytes, empty if there is none
/// event         bits (1: 1 removed, 2 with former), entry, former entry
/// ```
///
/// The number of a watch stands for it until the server has sent 9, 10 or, where it could not begin
/// or is not permitted any more, 5; and 4, 5 and 6 of the client carry it. `from` is the first
/// revision wanted, 0 for those that are yet to come. Options are bits: 1 with former, 2 no puts, 4
/// no removals, 8 end without a leader. `more` of an events frame is 1 where the same revision may
/// go on in the next.
///
/// After 7 or 8 the server begins nothing more until it has found out who the client is, and
/// answers 12, 5 or 3. The client is no one from then on, but after 12.
///
/// **The window** of a watch is how many bytes of events the client takes: those behind `count`.
/// The server subtracts what it sends, adds what comes as 4, and sends events while there is some
/// left: the last may go beyond it.
final class BinaryFormat {
  static final long PREFACE = 0x004a414e47000001L;

  /// What of the preface says that it is one.
  static final int FIRST_BYTE = 0;

  static final int HEADER_BYTES = Integer.BYTES + Long.BYTES;

  static final int COMMAND = 1;
  static final int READ = 2;
  static final int WATCH = 3;
  static final int WINDOW = 4;
  static final int CANCEL = 5;
  static final int PROGRESS = 6;

  static final int PASSWORD = 7;
  static final int TOKEN = 8;

  static final int DONE = 1;
  static final int NOT_LEADER = 2;
  static final int BUSY = 3;
  static final int NO_MEMORY = 4;
  static final int REFUSED = 5;
  static final int UNKNOWN = 6;
  static final int STARTED = 7;
  static final int EVENTS = 8;
  static final int COMPACTED = 9;
  static final int ENDED = 10;
  static final int AT_REVISION = 11;
  static final int KNOWN = 12;

  static final int WITH_FORMER = 1;
  static final int NO_PUTS = 2;
  static final int NO_REMOVALS = 4;
  static final int NEEDS_LEADER = 8;

  static final int REMOVED = 1;
  static final int HAS_FORMER = 2;

  private BinaryFormat() {}
}
