package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The log on disk, byte by byte. Numbers are big-endian; checksums are CRC32C.
///
/// # Segments
///
/// The log is one stream of records, cut into segments: the files `log/1.log`, `log/2.log` and so
/// on (their sequence numbers, in 16 hexadecimal digits). A segment is filled with zeroes from end
/// to end, and synced, before it is used: later writes change neither the size of the file nor
/// where its blocks are, so that a sync is a single write to the disk, and a full disk shows before
/// a record is half written. The next segment is made ready as `log/spare` while the one before
/// fills up. Segments are not recycled: in a segment, what was never written is zero.
///
/// The first sector is the header:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 8 | magic |
/// | 8 | 4 | format version |
/// | 12 | 8 | sequence number of the segment |
/// | 20 | 8 | size of the file |
/// | 28 | 8 | number of its first group |
/// | 36 | 12 | hard state at its beginning: term (8), vote (4) |
/// | 48 | 16 | last entry at its beginning: index, term |
/// | 64 | 16 | last released entry at its beginning: index, term |
/// | 80 | 4 | member id |
/// | 84 | 1 + n | cluster id: length, ASCII |
/// | 508 | 4 | checksum of the 508 bytes before |
///
/// It repeats whatever the older segments would tell, so that these can be deleted without a look
/// at what hard state they hold.
///
/// # Groups
///
/// After the header come groups. A group is what was written between two syncs: all the batches
/// that gathered while the sync before it ran. Its number is one more than that of the group before
/// it, across segments. It begins at a multiple of 32 bytes, with 32 bytes that hence lie in one
/// sector:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 4 | magic |
/// | 4 | 4 | checksum of the 24 bytes that follow |
/// | 8 | 8 | number of the group |
/// | 16 | 8 | sequence number of the segment |
/// | 24 | 4 | length of the body |
/// | 28 | 4 | number of records |
///
/// Then the body, which is records, and at least one filler byte `0xA5` up to the next multiple of
/// 32: the last sector of a group is never all zero.
///
/// # Records
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 4 | length of kind and payload |
/// | 4 | 4 | checksum of the whole record, the lower half of the group number in this place |
/// | 8 | 1 | kind |
/// | 9 | | payload |
///
/// Kinds and payloads: 1 hard state: term (8), vote (4). 2 entry: index (8), term (8), kind (1: 0
/// no-op, 1 command, 2 membership), data (the rest). 3 reset: index (8), term (8). 4 release: index
/// (8), term (8). Neither records nor groups span segments; an entry that is too big for one gets a
/// segment of its own size.
///
/// # What a crash leaves, and what damage leaves
///
/// Of the group that was being written, a crash may leave any subset of sectors, and no sector
/// mixed. Nobody was told that this group is durable, so it may go: **a torn tail is cut**.
/// Anything else that cannot be read was durable once and has been damaged since. It may hold a
/// vote or an entry that was counted for a majority; to cut it would be to forget that in silence
/// (CTRL, FAST'18): **damage is never cut**, the member refuses to start. The two look alike, a
/// record with a bad checksum; three facts tell them apart.
/// 1. *A group is written only after the sync of the one before it returned.* So if group `n`
///    cannot be read, and anything of group `n + 1` or later is there, `n` had been synced: damage.
///    That is why groups are numbered, why a reader that finds a bad one goes on looking for later
///    ones to the end of the file, and why later segments prove the same of all the earlier ones
///    (the first group's number in the header says how far these went). Good records that follow a
///    bad one prove nothing when they are of the same group: their sectors may have reached the
///    disk first.
/// 2. *Where nothing was written there is zero.* So if group `n` is the last and bad, but no sector
///    of it is blank, all of them were written: not torn but damaged. For this, and for no other
///    reason, group headers do not straddle sectors and groups do not end in zeroes.
/// 3. *A log that is closed ends in an empty group,* which by fact 1 proves all before it.
///
/// What remains undecided: the last group of a log that was not closed, where a sector is blank
/// that either never was written, or was written and then lost as a whole, or holds nothing but
/// zeroes of the user's while another sector of the group is damaged. It is taken for torn.
///
/// # Opening again
///
/// A torn group is dropped whole, also its good records: a group whose end is missing, followed by
/// another, would by fact 1 look like damage the next time. Its space is filled with zeroes and
/// synced, for fact 2. If there is no torn group, the last good one is written once more and
/// synced: a process that died before its sync returned leaves data that can be read and yet is not
/// on the disk, and after a sync that failed the page cache calls such data clean, so that a sync
/// alone would not write it (Rebello et al., ATC'20).
final class LogFormat {
  static final int VERSION = 1;
  static final int SEGMENT_HEADER_BYTES = Disk.SECTOR_BYTES;
  static final int GROUP_HEADER_BYTES = 32;
  static final int RECORD_HEADER_BYTES = 8;

  static final int GROUP_MAGIC = 0x4a4e4752;

  /// Groups begin at multiples of this.
  static final int ALIGNMENT = 32;

  private static final byte FILLER = (byte) 0xa5;

  private static final byte HARD = 1;
  private static final byte APPEND = 2;
  private static final byte RESET = 3;
  private static final byte RELEASE = 4;
  private static final int HARD_BYTES = 8 + 4;
  private static final int ENTRY_HEAD_BYTES = 8 + 8 + 1;
  private static final int ID_BYTES = 8 + 8;

  /// The first 32 bytes of a group.
  ///
  /// @param segment the segment it was written to
  record GroupHeader(long number, long segment, int bodyBytes, int records) {}

  private LogFormat() {}

  /// How many bytes a group takes, filler included.
  static long groupBytes(long bodyBytes) {
    return (GROUP_HEADER_BYTES + bodyBytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
  }

  static long recordBytes(LogRecord record) {
    return RECORD_HEADER_BYTES
        + 1
        + switch (record) {
          case LogRecord.Hard hard -> HARD_BYTES;
          case LogRecord.Append append -> ENTRY_HEAD_BYTES + (long) append.entry().data().length();
          case LogRecord.Reset reset -> ID_BYTES;
          case LogRecord.Release release -> ID_BYTES;
        };
  }

  /// Writes the header in front of a body that ends at the buffer's position, and the filler after
  /// it.
  static void finishGroup(ByteBuffer group, GroupHeader header) {
    long end = groupBytes(header.bodyBytes);
    while (group.position() < end) group.put(FILLER);
    group.putInt(0, GROUP_MAGIC);
    group.putLong(8, header.number);
    group.putLong(16, header.segment);
    group.putInt(24, header.bodyBytes);
    group.putInt(28, header.records);
    group.putInt(4, crc(group, 8, GROUP_HEADER_BYTES - 8));
  }

  /// The group header at that place of the buffer, or null when there is none.
  static GroupHeader groupHeader(ByteBuffer buffer, int at) {
    if (buffer.getInt(at) != GROUP_MAGIC) return null;
    if (buffer.getInt(at + 4) != crc(buffer, at + 8, GROUP_HEADER_BYTES - 8)) return null;
    return new GroupHeader(
        buffer.getLong(at + 8),
        buffer.getLong(at + 16),
        buffer.getInt(at + 24),
        buffer.getInt(at + 28));
  }

  static void putRecord(ByteBuffer out, LogRecord record, long group) {
    int start = out.position();
    out.putInt((int) recordBytes(record) - RECORD_HEADER_BYTES).putInt((int) group);
    switch (record) {
      case LogRecord.Hard(HardState state) ->
          out.put(HARD).putLong(state.term()).putInt(state.vote());
      case LogRecord.Append(Entry entry) -> {
        out.put(APPEND).putLong(entry.index()).putLong(entry.term()).put(code(entry.kind()));
        entry.data().putInto(out);
      }
      case LogRecord.Reset(EntryId to) -> putId(out.put(RESET), to);
      case LogRecord.Release(EntryId to) -> putId(out.put(RELEASE), to);
    }
    out.putInt(start + 4, crc(out, start, out.position() - start));
  }

  /// Reads one record and moves the buffer's position past it.
  ///
  /// @throws MalformedException when there is no good record there
  static LogRecord record(ByteBuffer in, long group) {
    int start = in.position();
    if (in.remaining() < RECORD_HEADER_BYTES + 1)
      throw new MalformedException(in.remaining() + " bytes are no record");
    int length = in.getInt();
    int crc = in.getInt();
    if (length < 1 || length > in.remaining())
      throw new MalformedException("a record of " + length + " bytes, " + in.remaining() + " left");
    if (crc != recordCrc(in, start, RECORD_HEADER_BYTES + length, (int) group))
      throw new MalformedException("a record with a wrong checksum");
    ByteBuffer payload = in.slice(in.position() + 1, length - 1);
    byte kind = in.get();
    in.position(start + RECORD_HEADER_BYTES + length);
    return payload(kind, payload);
  }

  private static LogRecord payload(byte kind, ByteBuffer in) {
    int bytes = in.remaining();
    boolean fits =
        switch (kind) {
          case HARD -> bytes == HARD_BYTES;
          case APPEND -> bytes >= ENTRY_HEAD_BYTES;
          case RESET, RELEASE -> bytes == ID_BYTES;
          default -> false;
        };
    if (!fits)
      throw new MalformedException("a record of kind " + kind + " with " + bytes + " bytes");
    try {
      return switch (kind) {
        case HARD -> new LogRecord.Hard(new HardState(in.getLong(), in.getInt()));
        case APPEND ->
            new LogRecord.Append(
                new Entry(in.getLong(), in.getLong(), kind(in.get()), Bytes.copyOf(in)));
        case RESET -> new LogRecord.Reset(id(in));
        default -> new LogRecord.Release(id(in));
      };
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a record that says " + e.getMessage());
    }
  }

  private static byte code(Entry.Kind kind) {
    return switch (kind) {
      case NO_OP -> 0;
      case COMMAND -> 1;
      case MEMBERSHIP -> 2;
    };
  }

  private static Entry.Kind kind(byte code) {
    return switch (code) {
      case 0 -> Entry.Kind.NO_OP;
      case 1 -> Entry.Kind.COMMAND;
      case 2 -> Entry.Kind.MEMBERSHIP;
      default -> throw new MalformedException("an entry of kind " + code);
    };
  }

  private static void putId(ByteBuffer out, EntryId id) {
    out.putLong(id.index()).putLong(id.term());
  }

  private static EntryId id(ByteBuffer in) {
    return new EntryId(in.getLong(), in.getLong());
  }

  static int crc(ByteBuffer buffer, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(from, length));
    return (int) crc.getValue();
  }

  /// The checksum as it was computed when `salt` stood in its place.
  private static int recordCrc(ByteBuffer buffer, int from, int length, int salt) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(from, 4));
    for (int shift = 24; shift >= 0; shift -= 8) crc.update(salt >>> shift);
    crc.update(buffer.slice(from + 8, length - 8));
    return (int) crc.getValue();
  }
}
