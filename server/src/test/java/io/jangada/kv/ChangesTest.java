package io.jangada.kv;

import static io.jangada.kv.Scribe.ABSENT;
import static io.jangada.kv.Scribe.ALWAYS;
import static io.jangada.kv.Scribe.chunksOf;
import static io.jangada.kv.Scribe.restored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How often a key was changed, and when that is counted.
class ChangesTest {
  private static final Condition ANY_CHANGES = new Condition.AnyChanges();
  private static final Result NOT_FOUND = new Result.NotFound();

  /// Where the format stands in a snapshot that is one chunk.
  private static final int FORMAT_AT = 1;

  /// Where the last byte of the first value's number of changes stands: behind the header, the
  /// record's kind and the version.
  private static final int CHANGES_AT = 62 + 1 + 8 + 7;

  private final Scribe scribe = new Scribe();

  @Test
  void aKeyBeginsWithOneAndEachChangeAddsOne() {
    for (int changes = 1; changes <= 5; changes++)
      assertThat(scribe.write("a", "v", 0, ANY_CHANGES))
          .isEqualTo(new Result.Written(changes, changes));
    scribe.write("b", "v", 0, ABSENT);
    assertThat(changesOf("a")).isEqualTo(5);
    assertThat(changesOf("b")).isEqualTo(1);
  }

  @Test
  void aKeyThatIsBornAgainBeginsWithOneAgain() {
    scribe.write("a", "v", 0, ANY_CHANGES);
    scribe.write("a", "v", 0, ALWAYS);
    scribe.delete("a", ALWAYS);
    assertThat(scribe.write("a", "v", 10, ALWAYS)).isEqualTo(new Result.Written(4, 1));
    scribe.write("a", "v", 10, ALWAYS);
    scribe.now = 10;
    assertThat(scribe.write("a", "v", 0, ALWAYS)).isEqualTo(new Result.Written(6, 1));
  }

  @Test
  void theGuardHoldsForThatNumberAlone() {
    assertThat(scribe.write("a", "1", 0, changes(0))).isEqualTo(NOT_FOUND);
    scribe.set("a", "1");
    assertThat(scribe.write("a", "2", 0, changes(2))).isEqualTo(new Result.Mismatch(2));
    assertThat(scribe.write("a", "2", 0, changes(1))).isEqualTo(new Result.Written(4, 2));
    assertThat(scribe.write("a", "3", 0, changes(1))).isEqualTo(new Result.Mismatch(4));
    assertThat(changesOf("a")).as("what is refused changes nothing").isEqualTo(2);
    assertThat(scribe.delete("a", changes(1))).isEqualTo(new Result.Mismatch(4));
    assertThat(scribe.delete("a", changes(2))).isEqualTo(new Result.Deleted(7));
    assertThat(scribe.delete("a", changes(2))).isEqualTo(NOT_FOUND);
  }

  @Test
  void allKeysHaveOneUntilTheFirstCommandThatNeedsMore() {
    for (int i = 0; i < 3; i++) scribe.set("a", "v" + i);
    scribe.set("b", "v");
    assertThat(changesOf("a")).isEqualTo(1);
    assertThat(scribe.write("c", "v", 0, changes(7))).isEqualTo(NOT_FOUND);
    assertThat(scribe.set("a", "v")).isEqualTo(new Result.Written(6, 2));
    assertThat(changesOf("b")).isEqualTo(1);
  }

  @Test
  void aDeleteMayBeTheFirstThatNeedsIt() {
    scribe.set("a", "v");
    scribe.delete("none", changes(1));
    assertThat(scribe.set("a", "v")).isEqualTo(new Result.Written(3, 2));
  }

  @Test
  void aSnapshotBringsTheNumbersOfItsMoment() {
    for (int i = 0; i < 90; i++) scribe.write("k" + i % 40, "v", 0, ANY_CHANGES);
    List<Bytes> still = chunksOf(scribe.store.snapshot(200));
    Snapshot snapshot = scribe.store.snapshot(200);
    for (int i = 0; i < 40; i++) scribe.set("k" + i, "new");
    assertThat(chunksOf(snapshot)).isEqualTo(still);
    assertThat(changesOf("k0")).isEqualTo(4);
    scribe.store = restored(KvLimits.DEFAULT, still);
    scribe.index = scribe.store.appliedIndex();
    assertThat(changesOf("k0")).isEqualTo(3);
    assertThat(changesOf("k39")).isEqualTo(2);
    assertThat(scribe.set("k39", "v")).isEqualTo(new Result.Written(91, 3));
  }

  @Test
  void aSnapshotThatIsOpenWhenCountingBeginsIsOneWithoutNumbers() {
    for (int i = 0; i < 40; i++) scribe.set("k" + i, "v");
    List<Bytes> still = chunksOf(scribe.store.snapshot(200));
    Snapshot snapshot = scribe.store.snapshot(200);
    for (int i = 0; i < 40; i++) scribe.write("k" + i, "v", 0, ANY_CHANGES);
    assertThat(chunksOf(snapshot)).isEqualTo(still);
    assertThat(formatOf(still)).isEqualTo(1);
    assertThat(formatOf(chunksOf(scribe.store.snapshot()))).isEqualTo(2);
  }

  @Test
  void aRequestThatComesAgainIsToldTheSameNumber() {
    RequestId id = new RequestId.Numbered(Bytes.utf8("client"), 1);
    var write = new Operation.Write(Bytes.utf8("a"), Bytes.utf8("v"), 0, changes(1));
    scribe.set("a", "v");
    scribe.run(id, write);
    scribe.set("a", "later");
    assertThat(scribe.run(id, write)).isEqualTo(new Result.Written(2, 2));
    scribe.store = restored(KvLimits.DEFAULT, chunksOf(scribe.store.snapshot()));
    assertThat(scribe.run(id, write)).isEqualTo(new Result.Written(2, 2));
    assertThat(changesOf("a")).isEqualTo(3);
  }

  /// The file is a snapshot that was written before changes were counted at all.
  @Test
  void aSnapshotOfAnOlderReleaseGivesEveryKeyOne() throws IOException {
    List<Bytes> old = List.of(oldSnapshot());
    scribe.store = restored(KvLimits.DEFAULT, old);
    scribe.index = 8;
    assertThat(changesOf("thrice")).isEqualTo(1);
    assertThat(scribe.get("brief"))
        .isEqualTo(new Result.Found(Bytes.utf8("v"), 6, 1, 5_000, 7_000));
    assertThat(chunksOf(scribe.store.snapshot())).as("as an older release reads it").isEqualTo(old);
    scribe.now = 4_000;
    assertThat(scribe.write("thrice", "v", 0, changes(1))).isEqualTo(new Result.Written(9, 2));
    assertThat(scribe.set("thrice", "v")).isEqualTo(new Result.Written(10, 3));
  }

  /// One member has its log yet, another one a snapshot of some time ago. What they count must be
  /// the same.
  @Test
  void membersAgreeWhereverTheyBeganFromAnOldSnapshot() {
    for (int i = 0; i < 5; i++) scribe.set("a", "v" + i);
    KvStore late = restored(KvLimits.DEFAULT, chunksOf(scribe.store.snapshot()));
    for (int i = 0; i < 5; i++) scribe.set("a", "v" + i);
    scribe.write("a", "cas", 0, changes(1));
    for (int i = 5; i < scribe.log.size(); i++) late.apply(i + 1, scribe.log.get(i));
    assertThat(late.digest()).isEqualTo(scribe.store.digest());
    assertThat(chunksOf(late.snapshot())).isEqualTo(chunksOf(scribe.store.snapshot()));
    assertThat(changesOf("a")).isEqualTo(2);
  }

  @Test
  void digestsOfMembersThatCountOtherwiseDiffer() {
    Scribe other = new Scribe();
    for (Scribe one : List.of(scribe, other)) {
      one.write("a", "v", 0, ANY_CHANGES);
      one.write("a", "v", 0, ANY_CHANGES);
    }
    byte[] bytes = chunksOf(other.store.snapshot()).getFirst().toArray();
    bytes[CHANGES_AT]--;
    other.store = restored(KvLimits.DEFAULT, List.of(Bytes.wrap(bytes)));
    assertThat(other.set("a", "v")).isEqualTo(new Result.Written(3, 2));
    assertThat(scribe.set("a", "v")).isEqualTo(new Result.Written(3, 3));
    assertThat(other.store.digest()).isNotEqualTo(scribe.store.digest());
  }

  @Test
  void formatsAndNumbersThatNoStoreWritesAreRefused() throws IOException {
    byte[] format = oldSnapshot().toArray();
    for (int unknown : new int[] {0, 5}) {
      format[FORMAT_AT] = (byte) unknown;
      assertThatThrownBy(() -> restored(KvLimits.DEFAULT, List.of(Bytes.wrap(format))))
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("format " + unknown);
    }
    scribe.write("a", "v", 0, ANY_CHANGES);
    byte[] none = chunksOf(scribe.store.snapshot()).getFirst().toArray();
    none[CHANGES_AT] = 0;
    assertThatThrownBy(() -> restored(KvLimits.DEFAULT, List.of(Bytes.wrap(none))))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("number of changes is 0");
  }

  private static int formatOf(List<Bytes> chunks) {
    return chunks.getFirst().at(FORMAT_AT);
  }

  private static Bytes oldSnapshot() throws IOException {
    String hex = Files.readString(Path.of("server/src/test/resources/snapshots/format-1.hex"));
    return Bytes.wrap(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
  }

  private static Condition changes(long changes) {
    return new Condition.Changes(changes);
  }

  private long changesOf(String key) {
    return ((Result.Found) scribe.get(key)).changes();
  }
}
