package io.jangada.store;

import io.jangada.bytes.MalformedException;
import io.jangada.raft.Membership;
import io.jangada.store.CorruptLogException.Place;
import io.jangada.store.SegmentReader.End;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a whole log, segment after segment, and decides what a bad group means. Changes nothing.
final class LogRecovery {
  private final Disk disk;
  private final Identity identity;
  private final Coverage coverage = new Coverage();
  private final List<SegmentHeader> toMark = new ArrayList<>();
  private LogReplay replay;
  private boolean endsEmpty;

  /// What was found.
  ///
  /// @param toMark the headers that are to say that a segment follows, and may not do so durably
  /// @param tail where the last segment can be written on
  /// @param endsEmpty whether it holds no group, or the last good one is the empty one of a log
  ///   that was closed
  record Found(
      LogReplay replay,
      Coverage coverage,
      List<SegmentHeader> toMark,
      Tail tail,
      boolean endsEmpty) {}

  /// The end of a segment.
  ///
  /// @param nextGroup the number of the group that comes next
  record Tail(SegmentHeader header, long nextGroup, Span span) {}

  /// @param lastGroupAt where the last good group begins; `position` when there is none
  /// @param position where the good groups end
  /// @param tornTo where the remains of a torn group end; `position` when there are none
  /// @param damaged where sectors behind that are damaged
  record Span(long lastGroupAt, long position, long tornTo, List<Long> damaged) {
    boolean isTorn() {
      return tornTo > position;
    }
  }

  private LogRecovery(Disk disk, Identity identity) {
    this.disk = disk;
    this.identity = identity;
  }

  static String segmentName(long sequence) {
    return DurableLog.DIRECTORY + "/" + String.format("%016x", sequence) + ".log";
  }

  /// The names of the segments in `log/`, in order.
  static List<String> segmentNames(Disk disk) throws IOException {
    return disk.list(DurableLog.DIRECTORY).stream()
        .filter(name -> name.matches("[0-9a-f]{16}\\.log"))
        .map(name -> DurableLog.DIRECTORY + "/" + name)
        .toList();
  }

  /// @return null when there is no log yet
  /// @throws CorruptLogException when something that was durable cannot be read
  /// @throws IdentityException when the log is another member's
  static Found read(Disk disk, Identity identity) throws IOException {
    List<String> names = segmentNames(disk);
    if (names.isEmpty()) return null;
    LogRecovery recovery = new LogRecovery(disk, identity);
    Tail tail = null;
    for (String name : names) tail = recovery.readSegment(name, tail, name.equals(names.getLast()));
    recovery.needLast(tail.header());
    LogReplay replay = recovery.replay;
    if (!replay.isWhole())
      throw recovery.corrupt(
          names.getFirst(), 0, replay.state().last().index(), "older segments are missing");
    return new Found(replay, recovery.coverage, recovery.toMark, tail, recovery.endsEmpty);
  }

  private Tail readSegment(String name, Tail before, boolean isLast) throws IOException {
    try (SegmentReader reader = new SegmentReader(disk, name)) {
      SegmentHeader header = reader.header();
      identity.needSame(header.identity(), name);
      if (!segmentName(header.place().sequence()).equals(name))
        throw corrupt(name, 0, -1, "it is segment " + header.place().sequence());
      if (before == null) replay = new LogReplay(header.start());
      else needNext(before, header);
      if (before != null && (isLast || !before.header.isFollowed())) toMark.add(before.header);
      coverage.begin(header.place().sequence());
      for (var group = reader.next(); group != null; group = reader.next()) apply(reader, group);
      return tail(reader, isLast);
    } catch (MalformedException e) {
      throw corrupt(name, 0, -1, e.getMessage());
    }
  }

  private void apply(SegmentReader reader, SegmentReader.Group group) throws CorruptLogException {
    for (LogRecord each : group.records()) {
      try {
        replay.apply(each);
      } catch (IllegalStateException e) {
        throw corrupt(reader.name(), reader.lastGroupAt(), -1, e.getMessage());
      }
      coverage.note(each);
    }
  }

  /// The header of the segment that follows proves how far the one before it went.
  private void needNext(Tail before, SegmentHeader header) throws CorruptLogException {
    long sequence = before.header.place().sequence();
    String name = segmentName(sequence);
    if (header.place().sequence() != sequence + 1)
      throw corrupt(
          segmentName(sequence + 1), 0, header.start().last().index(), "the file is missing");
    if (header.place().firstGroup() != before.nextGroup)
      throw corrupt(
          name,
          before.span.position,
          header.start().last().index(),
          "group "
              + before.nextGroup
              + " cannot be read, but the next segment begins with group "
              + header.place().firstGroup());
    if (!header.start().equals(replay.state().start()))
      throw corrupt(
          segmentName(header.place().sequence()),
          0,
          -1,
          "it goes on from " + header.start() + ", but before it is " + replay.state().start());
  }

  /// The header of the last segment that is there tells whether one behind it is not.
  private void needLast(SegmentHeader header) throws CorruptLogException {
    if (header.isFollowed())
      throw corrupt(
          segmentName(header.place().sequence() + 1),
          0,
          -1,
          "the file is missing, though the segment before it says that it exists");
  }

  private Tail tail(SegmentReader reader, boolean isLast) throws IOException {
    long tornTo = reader.position();
    if (isLast) {
      tornTo =
          switch (reader.end()) {
            case End.Free() -> reader.position();
            case End.Torn(long to) -> to;
            case End.Damaged(String what, var later) ->
                throw corrupt(reader.name(), reader.position(), firstIndex(later) - 1, what);
          };
    }
    endsEmpty = reader.endsEmpty();
    List<Long> damaged = isLast ? reader.damagedFrom(tornTo) : List.of();
    Span span = new Span(reader.lastGroupAt(), reader.position(), tornTo, damaged);
    return new Tail(reader.header(), reader.nextGroup(), span);
  }

  /// The index of a group's first entry; 0 when it has none.
  private static long firstIndex(SegmentReader.Group group) {
    if (group != null)
      for (LogRecord each : group.records())
        if (each instanceof LogRecord.Append(var entry)) return entry.index();
    return 0;
  }

  private CorruptLogException corrupt(String name, long offset, long lastIndex, String what) {
    long firstIndex = replay == null ? 1 : replay.state().last().index() + 1;
    Optional<Membership> membership = replay == null ? Optional.empty() : replay.membership();
    return new CorruptLogException(
        new Place(name, offset, membership),
        firstIndex,
        lastIndex < firstIndex ? -1 : lastIndex,
        what);
  }
}
