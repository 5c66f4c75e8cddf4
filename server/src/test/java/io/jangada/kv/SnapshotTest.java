package io.jangada.kv;

import static io.jangada.kv.Scribe.ALWAYS;
import static io.jangada.kv.Scribe.chunksOf;
import static io.jangada.kv.Scribe.found;
import static io.jangada.kv.Scribe.restored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final String KILOBYTE = "x".repeat(1_000);

  private final Scribe scribe = new Scribe();

  @Test
  void anEmptyStoreHasASnapshotToo() {
    List<Bytes> chunks = chunksOf(scribe.store.snapshot());
    assertThat(chunks).hasSize(1);
    KvStore restored = restored(KvLimits.DEFAULT, chunks);
    assertThat(restored.size()).isZero();
    assertThat(restored.apply(1, envelope("a", "1"))).isEqualTo(new Result.Written(1));
  }

  @Test
  void whatIsRestoredGoesOnWhereTheOtherWas() {
    scribe.now = 500;
    scribe.write("a", "1", 100, ALWAYS);
    scribe.run(numbered(1), write("b", "2"));
    scribe.store.advance(++scribe.index);
    List<Bytes> chunks = chunksOf(scribe.store.snapshot());
    scribe.store = restored(KvLimits.DEFAULT, chunks);
    assertThat(scribe.store.appliedIndex()).isEqualTo(3);
    assertThat(scribe.store.clusterTimeMillis()).isEqualTo(500);
    assertThat(scribe.store.nextDeadlineMillis()).isEqualTo(600);
    assertThat(scribe.get("a")).isEqualTo(new Result.Found(Bytes.utf8("1"), 1, 100, 600));
    assertThat(scribe.run(numbered(1), write("b", "2"))).isEqualTo(new Result.Written(2));
    scribe.now = 600;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(1));
  }

  @Test
  void whatIsWrittenMeanwhileIsNotInTheSnapshot() {
    for (int i = 0; i < 300; i++) scribe.run(numbered(i), write("k" + i, KILOBYTE + i));
    List<Bytes> still = chunksOf(scribe.store.snapshot());
    Snapshot snapshot = scribe.store.snapshot();
    List<Bytes> chunks = new ArrayList<>();
    chunks.add(snapshot.nextChunk().orElseThrow());
    for (int i = 0; i < 300; i++) {
      if (i % 3 == 0) scribe.run(numbered(300 + i), write("k" + i, "new"));
      if (i % 3 == 1) scribe.delete("k" + i, ALWAYS);
      scribe.set("more" + i, "new");
    }
    assertThat(scribe.store.superseded()).isGreaterThan(100);
    chunks.addAll(chunksOf(snapshot));
    assertThat(chunks).isEqualTo(still).hasSizeGreaterThan(4);
    assertThat(scribe.store.superseded()).as("all freed").isZero();
    assertThat(scribe.get("k0")).isEqualTo(found("new", 301));
    assertThat(restored(KvLimits.DEFAULT, chunks).get(Bytes.utf8("k1")))
        .isEqualTo(found(KILOBYTE + 1, 2));
  }

  @Test
  void valuesThatExpireMeanwhileAreInTheSnapshot() {
    for (int i = 0; i < 300; i++) scribe.write("k" + i, KILOBYTE + i, 1_000 + i, ALWAYS);
    List<Bytes> still = chunksOf(scribe.store.snapshot());
    Snapshot snapshot = scribe.store.snapshot();
    scribe.now = 2_000;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(300));
    assertThat(scribe.store.size()).isZero();
    assertThat(chunksOf(snapshot)).isEqualTo(still);
  }

  @Test
  void chunksAreAboutAsLongAsTheyShouldBe() {
    for (int i = 0; i < 500; i++) scribe.set("k" + i, KILOBYTE);
    List<Bytes> chunks = chunksOf(scribe.store.snapshot());
    assertThat(chunks.removeLast().length()).isLessThan(KvLimits.CHUNK_BYTES + 1_100);
    assertThat(chunks)
        .allSatisfy(
            chunk ->
                assertThat(chunk.length())
                    .isBetween(KvLimits.CHUNK_BYTES, KvLimits.CHUNK_BYTES + 1_100));
  }

  @Test
  void anAbandonedSnapshotIsFreedByTheCommandsThatFollow() {
    for (int i = 0; i < 300; i++) scribe.set("k" + i, KILOBYTE);
    Snapshot snapshot = scribe.store.snapshot();
    snapshot.nextChunk();
    for (int i = 0; i < 300; i++) scribe.set("k" + i, "new");
    int ghosts = scribe.store.superseded();
    assertThat(ghosts).isGreaterThan(100);
    snapshot.close();
    scribe.set("one", "more");
    assertThat(scribe.store.superseded()).as("a few at a time").isBetween(ghosts - 20, ghosts - 1);
    for (int i = 0; i < 50; i++) scribe.set("one", "more");
    assertThat(scribe.store.superseded()).isZero();
  }

  @Test
  void anAbandonedSnapshotsSessionsAreFreedToo() {
    for (int i = 0; i < 1_280; i++) scribe.run(numbered(i), write("k", "v"));
    Snapshot snapshot = scribe.store.snapshot();
    for (int i = 1_280; i < 1_580; i++) scribe.run(numbered(i), write("k", "v"));
    assertThat(scribe.store.superseded()).as("10 sessions, 300 answers, 1 value").isEqualTo(311);
    snapshot.close();
    for (int i = 0; i < 50; i++) scribe.set("one", "more");
    assertThat(scribe.store.superseded()).isZero();
  }

  @Test
  void theGhostsOfAnAbandonedSnapshotAreNotInTheNext() {
    for (int i = 0; i < 300; i++) scribe.set("k" + i, KILOBYTE);
    for (int round = 0; round < 3; round++) {
      Snapshot snapshot = scribe.store.snapshot();
      snapshot.nextChunk();
      for (int i = 0; i < 300; i += 2) scribe.set("k" + i, KILOBYTE + round);
      snapshot.close();
    }
    KvStore twin = new KvStore(KvLimits.DEFAULT);
    for (int i = 0; i < scribe.log.size(); i++) twin.apply(i + 1, scribe.log.get(i));
    assertThat(chunksOf(scribe.store.snapshot())).isEqualTo(chunksOf(twin.snapshot()));
    assertThat(scribe.store.superseded()).isZero();
  }

  @Test
  void oneSnapshotAtATime() {
    Snapshot snapshot = scribe.store.snapshot();
    assertThat(scribe.store.snapshotting()).isTrue();
    assertThatThrownBy(scribe.store::snapshot).isInstanceOf(IllegalStateException.class);
    snapshot.close();
    assertThatThrownBy(snapshot::nextChunk).isInstanceOf(IllegalStateException.class);
    Snapshot next = scribe.store.snapshot();
    snapshot.close();
    assertThat(scribe.store.snapshotting()).as("closing the old one again does nothing").isTrue();
    chunksOf(next);
    assertThat(scribe.store.snapshotting()).isFalse();
    assertThat(next.nextChunk()).as("the end stays the end").isEmpty();
  }

  @Test
  void aSnapshotUnderOtherLimitsIsRefusedWithBothNamed() {
    List<Bytes> chunks = chunksOf(scribe.store.snapshot());
    KvLimits others = new KvLimits(10, 10, new KvLimits.State(7, 7, 7, 7, 7));
    assertThatThrownBy(() -> restored(others, chunks))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("sessionsMax=65536")
        .hasMessageContaining("sessionsMax=7");
  }

  @Test
  void chunksThatAreMissingSwappedOrCutAreNoticed() {
    for (int i = 0; i < 300; i++) scribe.run(numbered(i), write("k" + i, KILOBYTE));
    List<Bytes> chunks = chunksOf(scribe.store.snapshot(5_000));
    assertThat(chunks).as("the last has answers only").hasSizeGreaterThan(60);
    for (int i = 0; i < chunks.size(); i++) {
      List<Bytes> missing = new ArrayList<>(chunks);
      missing.remove(i);
      refused(missing);
      List<Bytes> twice = new ArrayList<>(chunks);
      twice.add(i, chunks.get(i));
      refused(twice);
      List<Bytes> cut = new ArrayList<>(chunks);
      cut.set(i, Bytes.wrap(Arrays.copyOf(chunks.get(i).toArray(), 1_000)));
      refused(cut);
    }
    refused(chunks.reversed());
  }

  @Test
  void anyBytesAtAllGiveAStoreOrAMalformedException() {
    for (int i = 0; i < 20; i++) {
      scribe.write("k" + i, "v" + i, i % 3, ALWAYS);
      scribe.run(numbered(i), write("n" + i, "v"));
    }
    byte[] good = chunksOf(scribe.store.snapshot()).getFirst().toArray();
    SplittableRandom dice = new SplittableRandom(5);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int n = dice.nextInt(1, 4); n > 0; n--)
        bad[dice.nextInt(bad.length)] = (byte) dice.nextInt();
      try {
        restored(KvLimits.DEFAULT, List.of(Bytes.wrap(bad)));
      } catch (MalformedException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(5_000, 19_999);
  }

  private static void refused(List<Bytes> chunks) {
    assertThatThrownBy(() -> restored(KvLimits.DEFAULT, chunks))
        .isInstanceOf(MalformedException.class);
  }

  private static Operation.Write write(String key, String value) {
    return new Operation.Write(Bytes.utf8(key), Bytes.utf8(value), 0, ALWAYS);
  }

  private static Envelope envelope(String key, String value) {
    return new Envelope(null, 0, write(key, value));
  }

  private static RequestId numbered(long number) {
    return new RequestId.Numbered(Bytes.utf8("client" + number % 10), number);
  }
}
