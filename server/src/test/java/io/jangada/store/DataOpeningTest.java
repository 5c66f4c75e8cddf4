package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import io.jangada.store.CrashDisk.Crash;
import io.jangada.store.CrashDisk.Loss;
import io.jangada.store.DataOpening.DamagedData;
import io.jangada.store.DataOpening.NewData;
import io.jangada.store.IncarnationFile.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataOpeningTest {
  private static final Membership THREE = Membership.of(1, 2, 3);
  private static final LogSettings TINY = new LogSettings(4096, 1500, 1 << 20);
  private static final String FIRST = LogRecovery.segmentName(1);

  private CrashDisk disk = new CrashDisk();
  private long incarnation = 100;
  private DataOpening.Policy policy = new DataOpening.Policy(NewData.FOUNDS, DamagedData.SET_ASIDE);
  private Membership bootstrap = THREE;

  private DataOpening.Opened open() throws IOException {
    var owner = new DataOpening.Owner(Identity.of("opening", 1), TINY, policy, bootstrap);
    return DataOpening.open(disk, owner, () -> {}, () -> ++incarnation);
  }

  private static void close(DataOpening.Opened opened) throws IOException {
    opened.log().log().close();
    opened.snapshots().close();
  }

  private State state() throws IOException {
    return IncarnationFile.read(disk).orElseThrow().state();
  }

  /// A member with entries 1 to 3 in three groups, of which the second is a membership.
  private void live(Membership membership) throws IOException {
    DataOpening.Opened opened = open();
    for (int index = 1; index <= 3; index++) {
      boolean middle = index == 2;
      Entry entry =
          new Entry(
              index,
              1,
              middle ? Entry.Kind.MEMBERSHIP : Entry.Kind.COMMAND,
              middle ? membership.encode() : Bytes.utf8("x".repeat(40)));
      HardState hard = index == 1 ? new HardState(1, 2) : null;
      opened.log().log().submit(new Persist(index, null, hard, List.of(entry), 0));
      opened.log().log().work();
    }
    close(opened);
    opened.incarnation().orElseThrow().in(State.MEMBER).write(disk);
  }

  /// Changes a byte of a file, and keeps the rest.
  private void flip(String name, int at) {
    TreeMap<String, byte[]> contents = disk.contents();
    contents.get(name)[at] ^= 4;
    disk = CrashDisk.of(contents);
  }

  private int groupAt(int number) throws IOException {
    try (SegmentReader reader = new SegmentReader(disk, FIRST)) {
      for (int i = 0; i < number; i++) reader.next();
      return (int) reader.position();
    }
  }

  private void snapshot(long index, Membership membership) throws IOException {
    SnapshotStore store = SnapshotStore.open(disk);
    store.begin(new EntryId(index, 1), membership);
    store.append(Bytes.utf8("state"));
    store.finish();
    store.close();
  }

  @Test
  @DisplayName("a directory that was never used is in probation, and stays so until it is told")
  void unused() throws IOException {
    DataOpening.Opened opened = open();
    assertThat(opened.incarnation()).contains(IncarnationFile.of(101, State.NEW));
    close(opened);
    opened = open();
    assertThat(opened.incarnation())
        .as("not another one")
        .contains(IncarnationFile.of(101, State.NEW));
    assertThat(opened.damage()).isEmpty();
  }

  @Test
  @DisplayName("where nobody founds, nothing is kept count of")
  void noCount() throws IOException {
    policy = new DataOpening.Policy(NewData.VOTES, DamagedData.SET_ASIDE);
    close(open());
    assertThat(disk.exists("standing")).isFalse();
    assertThat(open().incarnation()).isEmpty();
  }

  @Test
  @DisplayName("a directory of before there were standings, or from a backup, takes part")
  void older() throws IOException {
    policy = new DataOpening.Policy(NewData.VOTES, DamagedData.SET_ASIDE);
    live2();
    policy = new DataOpening.Policy(NewData.FOUNDS, DamagedData.SET_ASIDE);
    assertThat(open().incarnation()).contains(IncarnationFile.of(101, State.MEMBER));
    disk = new CrashDisk();
    Identity.of("opening", 1).claim(disk);
    snapshot(9, THREE);
    DataOpening.Opened restored = open();
    assertThat(restored.incarnation()).contains(IncarnationFile.of(102, State.MEMBER));
    assertThat(restored.latest()).isPresent();
  }

  private void live2() throws IOException {
    DataOpening.Opened opened = open();
    opened.log().log().submit(new Persist(1, null, new HardState(1, 2), List.of(), 0));
    opened.log().log().work();
    close(opened);
  }

  @Test
  @DisplayName("a term that no election can have brought about is damage, which others make good")
  void impossibleTerm() throws IOException {
    live(THREE);
    DataOpening.Opened opened = open();
    HardState forged = new HardState(Long.MAX_VALUE, -1);
    opened.log().log().submit(new Persist(1, null, forged, List.of(), 0));
    opened.log().log().work();
    close(opened);
    opened = open();
    assertThat(opened.incarnation().orElseThrow().state()).isEqualTo(State.LOST);
    assertThat(opened.log().hardState()).isEqualTo(HardState.INITIAL);
    assertThat(opened.damage()).singleElement().asString().contains("its term is");
  }

  @Test
  @DisplayName("a damaged log is set aside, whole, and the member is in probation with new data")
  void repaired() throws IOException {
    live(THREE);
    byte[] before = disk.contents().get(FIRST);
    flip(FIRST, groupAt(1) + 40);
    DataOpening.Opened opened = open();
    assertThat(opened.incarnation())
        .contains(new IncarnationFile(102, State.LOST, 1, Collections.emptySortedMap()));
    assertThat(opened.log().hardState()).isEqualTo(HardState.INITIAL);
    assertThat(opened.log().entries()).as("not even what could be read").isEmpty();
    assertThat(opened.damage())
        .singleElement()
        .asString()
        .contains(FIRST, "at byte " + groupAt1(before), "entries from 2 to 2");
    assertThat(disk.list("damaged")).containsExactly("1.0000000000000001.log");
    close(opened);
    assertThat(open().incarnation().orElseThrow().state()).isEqualTo(State.LOST);
  }

  private static int groupAt1(byte[] segment) throws IOException {
    TreeMap<String, byte[]> contents = new TreeMap<>();
    contents.put(FIRST, segment);
    try (SegmentReader reader = new SegmentReader(CrashDisk.of(contents), FIRST)) {
      reader.next();
      return (int) reader.position();
    }
  }

  @Test
  @DisplayName("files that wait to become segments are neither kept nor used after a damage")
  void sparesGone() throws IOException {
    DataOpening.Opened going = open();
    for (int index = 1; index <= 40; index++) {
      Entry entry = new Entry(index, 1, Entry.Kind.COMMAND, Bytes.utf8("x".repeat(400)));
      long released = Math.max(0, index - 4);
      going.log().log().submit(new Persist(index, null, null, List.of(entry), released));
      going.log().log().work();
    }
    snapshot(36, THREE);
    close(going);
    going.incarnation().orElseThrow().in(State.MEMBER).write(disk);
    assertThat(disk.list("log")).anyMatch(name -> name.endsWith(".spare"));
    flip(LogRecovery.segmentNames(disk).getFirst(), 600);
    DataOpening.Opened opened = open();
    assertThat(opened.damage()).hasSize(1);
    assertThat(disk.list("damaged")).isNotEmpty().allMatch(name -> name.endsWith(".log"));
    assertThat(disk.list("log")).containsExactly("0000000000000001.log");
  }

  @Test
  @DisplayName("a good snapshot is kept")
  void snapshotKept() throws IOException {
    live(THREE);
    snapshot(2, THREE);
    flip(FIRST, groupAt(1) + 40);
    DataOpening.Opened opened = open();
    assertThat(opened.latest().orElseThrow().last()).isEqualTo(new EntryId(2, 1));
    assertThat(opened.log().compacted()).isEqualTo(EntryId.ZERO);
  }

  @Test
  @DisplayName("damaged logs of the last two times are kept")
  void boundedNumber() throws IOException {
    for (int times = 1; times <= 4; times++) {
      live(THREE);
      flip(FIRST, groupAt(1) + 40);
      close(open());
    }
    assertThat(disk.list("damaged"))
        .containsExactly("3.0000000000000001.log", "4.0000000000000001.log");
  }

  @Test
  @DisplayName("a member that is alone is refused by a sentence, and nothing is changed")
  void alone() throws IOException {
    bootstrap = Membership.of(1);
    live(Membership.of(1));
    flip(FIRST, groupAt(2) + 40);
    int operations = disk.operations;
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining(FIRST)
        .hasMessageContaining("(entries from 3")
        .hasMessageContaining("one member");
    assertThat(disk.operations).isEqualTo(operations);
    assertThat(state()).isEqualTo(State.MEMBER);
  }

  @Test
  @DisplayName(
      "who the others are is taken from the log, a snapshot, or the settings, in this order")
  void whoTheOthersAre() throws IOException {
    live(Membership.of(1));
    flip(FIRST, groupAt(2) + 40);
    assertThatThrownBy(this::open).hasMessageContaining("one member");
    disk = new CrashDisk();
    bootstrap = Membership.of(1);
    live(THREE);
    flip(FIRST, groupAt(2) + 40);
    close(open());
    assertThat(state()).isEqualTo(State.LOST);
    disk = new CrashDisk();
    live(Membership.of(1));
    snapshot(1, THREE);
    flip(FIRST, groupAt(1) + 40);
    close(open());
    assertThat(state()).isEqualTo(State.LOST);
  }

  @Test
  @DisplayName("what is not to be repaired is refused")
  void refused() throws IOException {
    live(THREE);
    flip(FIRST, groupAt(1) + 40);
    policy = new DataOpening.Policy(NewData.FOUNDS, DamagedData.REFUSED);
    assertThatThrownBy(this::open).hasMessageEndingWith("from other members");
    assertThat(state()).isEqualTo(State.MEMBER);
  }

  @Test
  @DisplayName("a torn tail is cut as ever")
  void torn() throws IOException {
    live(THREE);
    Entry entry = new Entry(4, 1, Entry.Kind.COMMAND, Bytes.utf8("x".repeat(700)));
    DataOpening.Opened going = open();
    going.log().log().submit(new Persist(1, null, null, List.of(entry), 0));
    going.log().log().work();
    TreeMap<String, byte[]> contents = disk.contents();
    Arrays.fill(contents.get(LogRecovery.segmentName(2)), 1024, 1536, (byte) 0);
    disk = CrashDisk.of(contents);
    DataOpening.Opened opened = open();
    assertThat(opened.log().entries()).hasSize(3);
    assertThat(state()).isEqualTo(State.MEMBER);
  }

  @Test
  @DisplayName("a log of which no file is left was one all the same")
  void logGone() throws IOException {
    live(THREE);
    TreeMap<String, byte[]> contents = disk.contents();
    contents.remove(FIRST);
    disk = CrashDisk.of(contents);
    assertThat(open().damage()).singleElement().asString().contains("there is no file of it");
    assertThat(state()).isEqualTo(State.LOST);
  }

  /// A log that begins behind entry 2, and the snapshot of what came before.
  private void liveBehindSnapshot(Membership members) throws IOException {
    live(members);
    snapshot(2, members);
    DataOpening.Opened opened = open();
    opened.log().log().submit(new Persist(1, null, null, List.of(), 2));
    opened.log().log().work();
    close(opened);
  }

  @Test
  @DisplayName("a damaged snapshot that nothing makes up for takes the log along")
  void snapshotDamaged() throws IOException {
    liveBehindSnapshot(THREE);
    flip("snapshot/2-1.snap", SnapshotFormat.HEAD_BYTES + 9);
    DataOpening.Opened opened = open();
    assertThat(opened.latest()).isEmpty();
    assertThat(opened.log().entries()).isEmpty();
    assertThat(state()).isEqualTo(State.LOST);
    assertThat(disk.list("snapshot")).containsExactly("2-1.snap.damaged");
    assertThat(opened.damage()).singleElement().asString().contains("chunk 0");
    assertThat(disk.list("damaged")).hasSize(1);
  }

  @Test
  @DisplayName("an older snapshot is kept, though the log does not reach back to it")
  void olderSnapshot() throws IOException {
    liveBehindSnapshot(THREE);
    snapshot(1, THREE);
    flip("snapshot/2-1.snap", SnapshotFormat.HEAD_BYTES + 9);
    assertThat(open().latest().orElseThrow().last().index()).isEqualTo(1);
    assertThat(state()).isEqualTo(State.LOST);
  }

  @Test
  @DisplayName("a lone member's damaged snapshot is refused")
  void aloneWithDamagedSnapshot() throws IOException {
    bootstrap = Membership.of(1);
    liveBehindSnapshot(Membership.of(1));
    flip("snapshot/2-1.snap", SnapshotFormat.HEAD_BYTES + 9);
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptSnapshotException.class)
        .hasMessageContaining("one member");
    assertThat(disk.contents()).containsKey("snapshot/2-1.snap");
  }

  @Test
  @DisplayName("whose standing cannot be read is in probation, and keeps the rest")
  void standingDamaged() throws IOException {
    live(THREE);
    flip("standing", 30);
    DataOpening.Opened opened = open();
    assertThat(opened.incarnation()).contains(IncarnationFile.of(102, State.LOST));
    assertThat(opened.log().entries()).hasSize(3);
    close(opened);
    bootstrap = Membership.of(1);
    flip("standing", 30);
    assertThatThrownBy(this::open).isInstanceOf(CorruptIncarnationException.class);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  @DisplayName("wherever the machine stops while it repairs, the damaged log never counts again")
  void crashesWhileRepairing(Loss loss) throws IOException {
    int crashes = 0;
    for (int crashAt = 1; ; crashAt++) {
      disk = new CrashDisk();
      live(THREE);
      snapshot(1, THREE);
      flip(FIRST, groupAt(1) + 40);
      SplittableRandom dice = new SplittableRandom(crashAt);
      if (!isCrashed(crashAt)) break;
      crashes++;
      disk.restart(loss, dice);
      if (dice.nextBoolean() && isCrashed(dice.nextInt(1, 20))) disk.restart(loss, dice);
      disk.crashAt = Integer.MAX_VALUE;
      DataOpening.Opened opened = open();
      assertThat(opened.incarnation().orElseThrow().state()).isEqualTo(State.LOST);
      assertThat(opened.log().entries()).isEmpty();
      assertThat(opened.latest().orElseThrow().last().index()).isEqualTo(1);
      assertThat(disk.list("damaged")).isNotEmpty();
      close(opened);
    }
    assertThat(crashes).isGreaterThan(15);
  }

  private boolean isCrashed(int operations) throws IOException {
    disk.crashAt = disk.operations + operations;
    try {
      close(open());
      return false;
    } catch (Crash e) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  @DisplayName("wherever the machine stops at the first start, the member is in probation")
  void crashesAtFirst(Loss loss) throws IOException {
    List<Integer> crashes = new ArrayList<>();
    for (int crashAt = 1; ; crashAt++) {
      disk = new CrashDisk();
      if (!isCrashed(crashAt)) break;
      crashes.add(crashAt);
      disk.restart(loss, new SplittableRandom(crashAt));
      DataOpening.Opened opened = open();
      assertThat(opened.incarnation().orElseThrow().state()).isEqualTo(State.NEW);
      close(opened);
    }
    assertThat(crashes).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  @DisplayName("wherever the machine stops while a standing is written, it is the one or the other")
  void crashesWhileMarking(Loss loss) throws IOException {
    for (int crashAt = 1; ; crashAt++) {
      disk = new CrashDisk();
      DataOpening.Opened opened = open();
      close(opened);
      disk.crashAt = disk.operations + crashAt;
      try {
        opened.incarnation().orElseThrow().in(State.MEMBER).write(disk);
        break;
      } catch (Crash e) {
        disk.restart(loss, new SplittableRandom(crashAt));
      }
      DataOpening.Opened again = open();
      assertThat(again.incarnation().orElseThrow().incarnation())
          .isEqualTo(opened.incarnation().orElseThrow().incarnation());
      assertThat(again.incarnation().orElseThrow().state()).isIn(State.NEW, State.MEMBER);
      close(again);
    }
    disk.restart(Loss.ALL, new SplittableRandom(1));
    assertThat(state()).isEqualTo(State.MEMBER);
  }
}
