package io.jangada.store;

import static io.jangada.store.IncarnationFile.State.LOST;
import static io.jangada.store.IncarnationFile.State.MEMBER;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import io.jangada.store.CrashDisk.Crash;
import io.jangada.store.CrashDisk.Loss;
import io.jangada.store.DataOpening.DamagedData;
import io.jangada.store.DataOpening.NewData;
import io.jangada.store.IncarnationFile.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The end of a log goes away, where no snapshot says that it was there: a member must not start
/// with less than it acknowledged.
class MissingTailTest {
  private static final LogSettings TINY = new LogSettings(4096, 1500, 1 << 20);
  private static final Identity OWNER = Identity.of("tail", 1);
  private static final String FIRST = LogRecovery.segmentName(1);
  private static final int HEADER = LogFormat.SEGMENT_HEADER_BYTES;

  private CrashDisk disk = new CrashDisk();
  private TreeMap<String, byte[]> files;
  private String last;
  private long incarnation = 77;

  @BeforeEach
  void liveWithFourSegments() throws IOException {
    live(4);
  }

  /// A member that takes part, with so many segments, the last of which holds an entry.
  private void live(int segments) throws IOException {
    disk = new CrashDisk();
    DataOpening.Opened opened = open();
    for (int index = 1; index == 1 || segments() < segments; index++) {
      Entry entry = new Entry(index, 1, Entry.Kind.COMMAND, Bytes.utf8("x".repeat(400)));
      HardState hard = index == 1 ? new HardState(1, 2) : null;
      opened.log().log().submit(new Persist(index, null, hard, List.of(entry), 0));
      opened.log().log().work();
    }
    opened.incarnation().orElseThrow().in(MEMBER).write(disk);
    files = disk.contents();
    files.remove(RecycledSegment.NEW);
    last = LogRecovery.segmentNames(disk).getLast();
  }

  private int segments() throws IOException {
    return LogRecovery.segmentNames(disk).size();
  }

  private DataOpening.Opened open() throws IOException {
    var policy = new DataOpening.Policy(NewData.FOUNDS, DamagedData.SET_ASIDE);
    var owner = new DataOpening.Owner(OWNER, TINY, policy, Membership.of(1, 2, 3));
    return DataOpening.open(disk, owner, () -> {}, () -> incarnation);
  }

  /// A check of the directory finds the loss, and so does the member when it starts.
  private void assertNoticed(String sentence) throws IOException {
    disk = CrashDisk.of(files);
    assertThat(DataVerifier.verify(disk).problems()).singleElement().asString().contains(sentence);
    DataOpening.Opened opened = open();
    assertThat(opened.damage()).singleElement().asString().contains(sentence);
    assertThat(opened.incarnation().orElseThrow().state()).isEqualTo(LOST);
    assertThat(opened.log().entries()).isEmpty();
  }

  @Test
  void theLastSegmentIsDeleted() throws IOException {
    files.remove(last);
    assertNoticed("the file is missing");
  }

  @Test
  void theLastTwoSegmentsAreDeleted() throws IOException {
    files.remove(last);
    files.remove(LogRecovery.segmentName(3));
    assertNoticed("the file is missing");
  }

  @Test
  void allSegmentsAreDeleted() throws IOException {
    files.keySet().removeIf(name -> name.startsWith("log/"));
    assertNoticed("there is no file of it");
  }

  @Test
  void theOnlySegmentIsDeleted() throws IOException {
    live(1);
    assertThat(files).containsKey(FIRST);
    files.remove(FIRST);
    assertNoticed("there is no file of it");
  }

  @ParameterizedTest
  @EnumSource(names = {"NEW", "LOST"})
  void inProbationALogThatIsDeletedIsOtherDataThanTheNext(State state) throws IOException {
    disk = CrashDisk.of(files);
    IncarnationFile before = IncarnationFile.of(5, state);
    before.write(disk);
    assertThat(open().incarnation()).as("with the log").contains(before);
    files = disk.contents();
    files.keySet().removeIf(name -> name.startsWith("log/"));
    disk = CrashDisk.of(files);
    assertThat(open().incarnation()).contains(IncarnationFile.of(77, state));
    incarnation = 78;
    assertThat(open().incarnation()).as("with the next").contains(IncarnationFile.of(77, state));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, HEADER - 1, HEADER})
  void theOnlySegmentIsCutShort(int bytes) throws IOException {
    live(1);
    files.put(FIRST, Arrays.copyOf(files.get(FIRST), bytes));
    assertNoticed("the file has " + bytes + " bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, HEADER - 1, HEADER, HEADER + 1})
  void theLastSegmentIsCutShort(int bytes) throws IOException {
    files.put(last, Arrays.copyOf(files.get(last), bytes));
    assertNoticed("the file has " + bytes + " bytes");
  }

  @Test
  void theLastSegmentIsReplacedByAnOlderOne() throws IOException {
    files.put(last, files.get(LogRecovery.segmentName(3)));
    assertNoticed("it is segment 3");
  }

  @Test
  void theLastSegmentHasTheHeaderOfAnOlderOne() throws IOException {
    System.arraycopy(files.get(LogRecovery.segmentName(3)), 0, files.get(last), 0, HEADER);
    assertNoticed("it is segment 3");
  }

  @Test
  void theLastSegmentIsBlank() throws IOException {
    Arrays.fill(files.get(last), (byte) 0);
    assertNoticed("not the header of a log segment");
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aCrashWhileTheRestIsSetAsideBringsNothingBack(Loss loss) throws IOException {
    files.remove(last);
    int crashAt = 1;
    for (; isCrashed(crashAt); crashAt++) {
      disk.restart(loss, new SplittableRandom(crashAt));
      DataOpening.Opened opened = open();
      assertThat(opened.incarnation().orElseThrow().state())
          .as("crash %d", crashAt)
          .isEqualTo(LOST);
      assertThat(opened.log().entries()).isEmpty();
    }
    assertThat(crashAt).isGreaterThan(15);
  }

  private boolean isCrashed(int crashAt) throws IOException {
    disk = CrashDisk.of(files);
    disk.crashAt = crashAt;
    try {
      open();
      return false;
    } catch (Crash e) {
      return true;
    }
  }

  /// Of which the newest snapshot covers what is left, and more.
  @Test
  void theLastSegmentIsDeletedWhereASnapshotGoesFurther() throws IOException {
    disk = CrashDisk.of(files);
    SnapshotStore snapshots = SnapshotStore.open(disk);
    LogReplay replay = LogRecovery.read(disk, OWNER).replay();
    snapshots.begin(replay.state().last(), Membership.of(1, 2, 3));
    snapshots.append(Bytes.utf8("state"));
    snapshots.finish();
    snapshots.close();
    files = disk.contents();
    files.remove(last);
    assertNoticed("the file is missing");
  }

  /// As logs were before the headers said it; the next start says it in them.
  @Test
  void aLogWhoseHeadersSayNothingOpensAndIsMarked() throws IOException {
    List<Entry> before = entries();
    for (String name : files.keySet()) if (name.startsWith("log/")) unmark(files.get(name));
    disk = CrashDisk.of(files);
    assertThat(DataVerifier.verify(disk).problems()).isEmpty();
    assertThat(entries()).isEqualTo(before);
    disk.restart(Loss.ALL, null);
    files = disk.contents();
    files.remove(last);
    assertNoticed("the file is missing");
    files.remove(LogRecovery.segmentName(3));
    assertNoticed("the file is missing");
  }

  private List<Entry> entries() throws IOException {
    DataOpening.Opened opened = open();
    opened.snapshots().close();
    return opened.log().entries();
  }

  private static void unmark(byte[] segment) {
    ByteBuffer header = ByteBuffer.wrap(segment);
    header.putInt(504, 0).putInt(508, LogFormat.crc(header, 0, 508));
  }
}
