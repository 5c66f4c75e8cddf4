package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// The log on disk, byte by byte. Numbers are big-endian; checksums are CRC32C.
///
/// # Segments
///
/// The log is one stream of records, divided into segments: the files `log/1.log`, `log/2.log` and
/// so on (their sequence numbers, in 16 hexadecimal digits). A segment has its full size, synced,
/// before it is used: later writes change neither the size of the file nor where its blocks are, so
/// that a sync is a single write to the disk, and a full disk shows before a record is half
/// written. The file of a segment that is not needed any more becomes a later segment, with
/// whatever lies in it. Only where there is no such file a new one is filled with zeroes, as
/// `log/spare`, while the segment before fills up ([SegmentPool]).
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
/// | 64 | 16 | last compacted entry at its beginning: index, term |
/// | 80 | 4 | member id |
/// | 84 | 1 + n | cluster id: length, ASCII |
/// | 504 | 4 | the mark: 1 when the next segment exists, otherwise 0 |
/// | 508 | 4 | checksum of the 508 bytes before |
///
/// It repeats whatever the older segments would tell, so that these can be given up without a look
/// at what hard state they hold.
///
/// When the next segment has its name durably, and before it takes a group, the header is written
/// again with the mark, and synced. So if the last segment that is there is marked, one is missing,
/// and it may have held groups: damage. A segment without a mark proves nothing. No mark is ever
/// taken back, for no segment is removed but from the beginning of the log: an entry that replaces
/// others is written behind them, and a damaged log that is set aside is not opened before all of
/// it is. A file that becomes a segment gets its header before its name.
///
/// # Groups
///
/// After the header come groups. A group is what was written between two syncs: all the batches
/// that gathered while the sync before it ran. Its number is one more than that of the group before
/// it, across segments; the first is 1. A group takes whole sectors. Each of them holds a part of
/// its content and proves by itself what it is:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 496 | content of the group, in the last sector filled up with zeroes |
/// | 496 | 8 | number of the group |
/// | 504 | 4 | how many sectors of the group follow; plus 2^31 in its first |
/// | 508 | 4 | checksum of the 508 bytes before, XOR the sector's place in the segment |
///
/// Places count from the header's, which is 0: a sector is good in its own place only.
///
/// The content begins with 12 bytes, and then come the records:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 4 | length of the records |
/// | 4 | 4 | how many there are |
/// | 8 | 4 | seal |
///
/// The seal holds the sectors of one writing together: from 0 on, for the checksum `c` of each
/// sector but the first, it becomes `31 * seal + c`.
///
/// A write that is the first in a page of 4096 bytes is filled up with zeroes to the end of that
/// page: the operating system would otherwise read what lies there, to keep it.
///
/// # Records
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 4 | length of kind and payload |
/// | 4 | 1 | kind |
/// | 5 | | payload |
///
/// Kinds and payloads: 1 hard state: term (8), vote (4). 2 entry: index (8), term (8), kind (1: 0
/// no-op, 1 command, 2 membership), data (the rest). 3 reset: index (8), term (8). 4 compact: index
/// (8), term (8). Neither records nor groups span segments; an entry that is too big for one gets a
/// segment of its own size.
///
/// # What lies in the free part of a segment
///
/// Where no group was written since the file became this segment there may be zeroes, or sectors of
/// an earlier use of the file. These are good sectors, by their own word, and of **lower numbers**:
/// for a number is given to one group only. It goes up through the whole log, also over a reset; a
/// new log, which begins at 1 again, first deletes the files that an old one left; and of a torn
/// group (below), whose number is given to the next one, nothing is left on the disk before that is
/// written. So of what lies behind group `n`, a sector of number `n` or less, or of zeroes, is
/// *free*; one of a higher number is of a later group; and one that is neither good nor zero is
/// *bad*.
///
/// # What a crash leaves, and what damage leaves
///
/// Of the group that was being written, a crash may leave any subset of sectors, and no sector
/// mixed: of each the new content, or what was there before. This group was not acknowledged as
/// durable, so it may go: **a torn tail is truncated**. Anything else that cannot be read was
/// durable once and has been damaged since. It may hold a vote or an entry that was counted for a
/// majority; to truncate it would be to forget that in silence (CTRL, FAST'18): **damage is never
/// truncated**. The log is set aside whole, and the member gets its data from the others
/// ([DataOpening]); alone in its cluster it refuses to start. Four facts tell them apart.
/// 1. *A group is written only after the sync of the one before it returned.* So if group `n`
///    cannot be read, and a single good sector of a later group is there, `n` had been synced:
///    damage. That is why a reader goes on looking for such sectors to the end of the file, and why
///    later segments prove the same of all the earlier ones (the first group's number in the header
///    says how far these went). Good sectors of group `n` itself prove nothing: they may have
///    reached the disk first.
/// 2. *A crash leaves no bad sector.* So a bad one where group `n` should begin is damage. So is
///    one further on in that group: any good sector of it tells how far it went. A bad one behind
///    that is of an earlier use and does not matter.
/// 3. *In a torn group a sector is missing.* So if group `n` is the last, and all its sectors are
///    there and yet it makes no sense (its seal is broken, its records have no form), it is damage.
/// 4. *A log that is closed ends in an empty group,* which by fact 1 proves all before it.
///
/// What remains undecided: the last group of a log that was not closed, where whole sectors read as
/// if they had never been written, as zeroes or as exactly what was in their place in an earlier
/// use. They were not written, or the disk lost them after it had promised the sync. This is taken
/// for torn if the group's other sectors are good, or if the first is among the lost and no good
/// one is left to tell that there was a group. Changed bits alone, however many and in however many
/// sectors, always show.
///
/// To the other side it errs in one case: a sector that is free and was damaged is taken for damage
/// to the log where the next group would begin, or within a torn group that it was to be
/// overwritten by. Bad sectors behind the end are filled with zeroes at each opening, so it must
/// have been damaged since.
///
/// # Opening again
///
/// A torn group is dropped whole, also its good sectors: a group whose end is missing, followed by
/// another, would by fact 1 look like damage the next time. Its space is filled with zeroes and
/// synced, so that its number can be given again. If there is no torn group, the last good one is
/// written once more and synced: a process that died before its sync returned leaves data that can
/// be read and yet is not on the disk, and after a sync that failed the page cache calls such data
/// clean, so that a sync alone would not write it (Rebello et al., ATC'20). The same cache may show
/// zeroes where a torn group still lies on the disk; a new group of the same number that is torn
/// over it may then seem whole. Its seal is broken, by fact 3.
///
/// For the same reason the last segment but one is marked again. So is every other segment that has
/// no mark, though another follows.
final class LogFormat {
  static final int VERSION = 2;
  static final int SEGMENT_HEADER_BYTES = Disk.SECTOR_BYTES;

  /// The beginning of a group's content.
  static final int GROUP_HEADER_BYTES = 12;

  static final int SEAL_AT = 8;

  private static final int RECORD_HEADER_BYTES = 4;
  private static final byte HARD = 1;
  private static final byte APPEND = 2;
  private static final byte RESET = 3;
  private static final byte COMPACT = 4;
  private static final int HARD_BYTES = 8 + 4;
  private static final int ENTRY_HEAD_BYTES = 8 + 8 + 1;
  private static final int ID_BYTES = 8 + 8;

  private LogFormat() {}

  /// How many bytes of a segment a group takes.
  static long groupBytes(long recordsBytes) {
    return Sectors.count(GROUP_HEADER_BYTES + recordsBytes) * Sectors.BYTES;
  }

  /// The seal over one checksum more.
  static int seal(int seal, int checksum) {
    return 31 * seal + checksum;
  }

  static long recordBytes(LogRecord record) {
    return RECORD_HEADER_BYTES + bodyBytes(record);
  }

  private static long bodyBytes(LogRecord record) {
    return 1
        + switch (record) {
          case LogRecord.Hard hard -> HARD_BYTES;
          case LogRecord.Append append -> ENTRY_HEAD_BYTES + (long) append.entry().data().length();
          case LogRecord.Reset reset -> ID_BYTES;
          case LogRecord.Compact compact -> ID_BYTES;
        };
  }

  static void putRecord(ByteBuffer out, LogRecord record) {
    out.putInt((int) bodyBytes(record));
    switch (record) {
      case LogRecord.Hard(HardState state) ->
          out.put(HARD).putLong(state.term()).putInt(state.vote());
      case LogRecord.Append(Entry entry) -> {
        out.put(APPEND).putLong(entry.index()).putLong(entry.term()).put(code(entry.kind()));
        entry.data().putInto(out);
      }
      case LogRecord.Reset(EntryId to) -> putId(out.put(RESET), to);
      case LogRecord.Compact(EntryId to) -> putId(out.put(COMPACT), to);
    }
  }

  /// Reads the content of a group.
  ///
  /// @param seal what the checksums of its sectors come to
  /// @throws MalformedException when it is none
  static List<LogRecord> records(ByteBuffer content, int seal) {
    int bytes = content.getInt();
    int count = content.getInt();
    if (content.getInt() != seal) throw new MalformedException("a group with a broken seal");
    if (bytes < 0 || bytes > content.remaining())
      throw new MalformedException("a group with " + bytes + " bytes of records");
    if (!Zeros.is(content, content.position() + bytes, content.limit()))
      throw new MalformedException("a group with something behind its records");
    content.limit(content.position() + bytes);
    List<LogRecord> records = new ArrayList<>();
    while (content.hasRemaining()) records.add(record(content));
    if (records.size() != count)
      throw new MalformedException("a group of " + records.size() + " records and not " + count);
    return records;
  }

  /// Reads one record and moves the buffer's position past it.
  ///
  /// @throws MalformedException when there is no good record there
  static LogRecord record(ByteBuffer in) {
    if (in.remaining() <= RECORD_HEADER_BYTES)
      throw new MalformedException(in.remaining() + " bytes are no record");
    int length = in.getInt();
    if (length < 1 || length > in.remaining())
      throw new MalformedException("a record of " + length + " bytes, " + in.remaining() + " left");
    byte kind = in.get();
    ByteBuffer payload = in.slice(in.position(), length - 1);
    in.position(in.position() + length - 1);
    return payload(kind, payload);
  }

  private static LogRecord payload(byte kind, ByteBuffer in) {
    int bytes = in.remaining();
    boolean fits =
        switch (kind) {
          case HARD -> bytes == HARD_BYTES;
          case APPEND -> bytes >= ENTRY_HEAD_BYTES;
          case RESET, COMPACT -> bytes == ID_BYTES;
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
        default -> new LogRecord.Compact(id(in));
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
      default -> throw new MalformedException("a record with an entry of kind " + code);
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
}
