package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.Crc32c;
import io.jangada.raft.Incarnation;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which data a directory holds, and whether it counts: a member that lost all or some of its data
/// may have forgotten a vote, or an entry that was counted. It is the file `standing`, text:
///
///     jangada-standing 1
///     incarnation 3f2a9c01d4e5b607
///     state member
///     damages 0
///     founders 1:3f2a9c01d4e5b607 2:9c01d4e5b6073f2a
///     crc32c 8954bf1d
///
/// A directory that was made from a backup has two lines more, until its cluster has begun, after
/// the initial members, and version 2: `cluster` and `origin`, each with the id of a cluster.
///
/// Numbers are decimal, but for incarnations, ids and the checksum, which are hexadecimal; the
/// checksum is that of the lines before it. The file is written anew and renamed, so that it is one
/// or the other whenever the machine stops. It is there before anything is promised: a directory
/// that has neither log nor snapshot nor this file was never used.
///
/// @param incarnation drawn by chance when the data began, and anew when some was lost; never 0
/// @param damages how often damaged data was set aside here
/// @param initialMembers the incarnations of all with whom this member bootstrapped the cluster, by
///   id; empty for a member that did not
/// @param restored the cluster that begins with a backup, until it has begun; otherwise
///   [Restored#NONE]
public record IncarnationFile(
    long incarnation,
    State state,
    int damages,
    SortedMap<Integer, Long> initialMembers,
    Restored restored) {
  /// A cluster that begins with a backup.
  ///
  /// @param originId of the cluster that the backup was taken of
  public record Restored(long clusterId, long originId) {
    static final Restored NONE = new Restored(0, 0);
  }

  /// How far a member has come.
  public enum State {
    /// It began with nothing, and none of its answers counts.
    NEW,
    /// It begins with a backup, and none of its answers counts.
    RESTORED,
    /// The damaged log is being set aside.
    REPAIRING,
    /// Damaged data was set aside, and none of its answers counts.
    LOST,
    /// It takes part.
    MEMBER
  }

  static final String FILE = "standing";
  private static final String TEMPORARY = "standing.tmp";
  private static final int FILE_BYTES_MAX = 4096;
  private static final Pattern TEXT =
      Pattern.compile(
          "jangada-standing ([12])\nincarnation ([0-9a-f]{16})\nstate ([a-z]{1,16})\n"
              + "damages ([0-9]{1,9})\nfounders((?: [0-9]{1,10}:[0-9a-f]{16}){0,"
              + Membership.MEMBERS_MAX
              + "})\n(?:cluster ([0-9a-f]{16})\norigin ([0-9a-f]{16})\n)?crc32c ([0-9a-f]{8})\n");

  public IncarnationFile {
    if (incarnation == 0) throw new IllegalArgumentException("incarnation 0");
    if (damages < 0) throw new IllegalArgumentException(damages + " damages");
    if (initialMembers.size() > Membership.MEMBERS_MAX)
      throw new IllegalArgumentException(initialMembers.size() + " initial members");
    if ((state == State.RESTORED) != (restored.clusterId != 0)
        || restored.clusterId == 0 && restored.originId != 0)
      throw new IllegalArgumentException("cluster id " + restored.clusterId + " of " + state);
    initialMembers = Collections.unmodifiableSortedMap(new TreeMap<>(initialMembers));
  }

  public IncarnationFile(
      long incarnation, State state, int damages, SortedMap<Integer, Long> initialMembers) {
    this(incarnation, state, damages, initialMembers, Restored.NONE);
  }

  /// Of data that was made from a backup.
  public static IncarnationFile restored(long incarnation, long clusterId, long originId) {
    return new IncarnationFile(
        incarnation,
        State.RESTORED,
        0,
        Collections.emptySortedMap(),
        new Restored(clusterId, originId));
  }

  /// Of data that begins now.
  public static IncarnationFile of(long incarnation, State state) {
    return new IncarnationFile(incarnation, state, 0, Collections.emptySortedMap());
  }

  /// After damage was found: what is left begins anew.
  public IncarnationFile damaged(long newIncarnation) {
    return new IncarnationFile(
        newIncarnation, State.REPAIRING, damages + 1, Collections.emptySortedMap());
  }

  /// The same of other data.
  IncarnationFile anew(long newIncarnation) {
    return new IncarnationFile(newIncarnation, state, damages, initialMembers, restored);
  }

  public IncarnationFile in(State state) {
    return new IncarnationFile(incarnation, state, damages, initialMembers);
  }

  /// As a member that bootstrapped the cluster with these.
  public IncarnationFile bootstrapping(SortedMap<Integer, Long> initialMembers) {
    return new IncarnationFile(incarnation, State.MEMBER, damages, initialMembers);
  }

  /// What the protocol has to know of it.
  public Incarnation toIncarnation() {
    return new Incarnation(incarnation, state != State.MEMBER);
  }

  /// Reads the file; empty where there is none.
  ///
  /// @throws CorruptIncarnationException when the file is damaged
  public static Optional<IncarnationFile> read(Disk disk) throws IOException {
    if (!disk.exists(FILE)) return Optional.empty();
    try (DiskFile file = disk.open(FILE)) {
      int size = (int) Math.min(file.size(), FILE_BYTES_MAX);
      ByteBuffer buffer = ByteBuffer.allocate(size);
      while (buffer.hasRemaining() && file.read(buffer.position(), buffer) > 0) {}
      return Optional.of(
          parse(new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII)));
    }
  }

  /// Writes this into the directory. When it returns, that is durable.
  public void write(Disk disk) throws IOException {
    try (DiskFile file = disk.create(TEMPORARY)) {
      file.write(0, Bytes.utf8(text()).asBuffer());
      file.sync();
    }
    disk.rename(TEMPORARY, FILE);
    disk.syncDirectory("");
  }

  private static IncarnationFile parse(String text) throws CorruptIncarnationException {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) throw new CorruptIncarnationException();
    SortedMap<Integer, Long> initialMembers = new TreeMap<>();
    try {
      for (String member : matcher.group(5).strip().split(" ")) {
        if (member.isEmpty()) continue;
        String[] parts = member.split(":");
        initialMembers.put(Integer.parseInt(parts[0]), Long.parseUnsignedLong(parts[1], 16));
      }
      IncarnationFile read =
          new IncarnationFile(
              id(matcher.group(2)),
              stateOf(matcher.group(3)),
              Integer.parseInt(matcher.group(4)),
              initialMembers,
              new Restored(id(matcher.group(6)), id(matcher.group(7))));
      if (read.text().equals(text)) return read;
    } catch (IllegalArgumentException e) {
      throw new CorruptIncarnationException();
    }
    throw new CorruptIncarnationException();
  }

  private String text() {
    boolean isRestored = state == State.RESTORED;
    StringBuilder lines = new StringBuilder("jangada-standing ");
    lines.append(isRestored ? 2 : 1).append('\n');
    lines.append("incarnation ").append(hex(incarnation));
    lines.append("\nstate ").append(word(state));
    lines.append("\ndamages ").append(damages).append("\nfounders");
    for (Map.Entry<Integer, Long> member : initialMembers.entrySet())
      lines.append(' ').append(member.getKey()).append(':').append(hex(member.getValue()));
    lines.append('\n');
    if (isRestored) {
      lines.append("cluster ").append(hex(restored.clusterId));
      lines.append("\norigin ").append(hex(restored.originId)).append('\n');
    }
    return lines + "crc32c " + String.format("%08x", Crc32c.of(Bytes.utf8("" + lines))) + "\n";
  }

  private static long id(String hex) {
    return hex == null ? 0 : Long.parseUnsignedLong(hex, 16);
  }

  private static String hex(long number) {
    return String.format("%016x", number);
  }

  private static String word(State state) {
    return switch (state) {
      case NEW -> "new";
      case RESTORED -> "restored";
      case REPAIRING -> "repairing";
      case LOST -> "lost";
      case MEMBER -> "member";
    };
  }

  private static State stateOf(String word) {
    for (State state : State.values()) if (word(state).equals(word)) return state;
    throw new IllegalArgumentException(word);
  }

  @Override
  public String toString() {
    return word(state) + " " + hex(incarnation);
  }
}
