package io.jangada.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is recorded, and what becomes of it when the disk does not take it.
@Timeout(60)
class AuditTrailTest {
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final AuditTrail.Log log = new AuditTrail.Log(said::add, said::add);

  private static AuditSettings settings(String writes, String reads, int percent) {
    return new AuditSettings(
        1,
        new AuditSettings.Place(Path.of("unused"), 1 << 20, 2),
        KeySelection.of(writes),
        KeySelection.of(reads),
        percent);
  }

  private AuditTrail idle(String writes, String reads, int percent) {
    return new AuditTrail(settings(writes, reads, percent), new Taker(), log);
  }

  private static AuditEvent event(int number) {
    return new AuditEvent(
        AuditEvent.Kind.COMMAND,
        new AuditEvent.Who(null, null, null),
        AuditEvent.What.of(write("key " + number)),
        AuditEnd.done(number));
  }

  private static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }

  private static Operation.Write write(String key) {
    return new Operation.Write(bytes(key), bytes("value"), 0, new Condition.Always());
  }

  /// Takes lines, while nothing keeps it from doing so.
  private static class Taker implements AuditTrail.Output {
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    final CountDownLatch asked = new CountDownLatch(1);
    volatile boolean isFull;
    volatile CountDownLatch open = new CountDownLatch(0);

    @Override
    public void write(ByteBuffer piece) throws IOException {
      asked.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (isFull) throw new IOException("No space left on device");
      lines.addAll(StandardCharsets.UTF_8.decode(piece).toString().lines().toList());
    }

    @Override
    public void close() {}

    List<String> take(int count) throws InterruptedException {
      List<String> taken = new ArrayList<>();
      while (taken.size() < count) taken.add(lines.take());
      return taken;
    }
  }

  // ---- which requests ----

  @Test
  void keysAreChosenByPrefixForWritesAndReadsApart() {
    AuditTrail trail = idle("w/ both/", "r/ both/", 100);
    assertThat(trail.wants(write("w/1"))).isTrue();
    assertThat(trail.wants(write("r/1"))).isFalse();
    assertThat(trail.wants(write("x"))).isFalse();
    assertThat(trail.wants(new Operation.Get(bytes("r/1")))).isTrue();
    assertThat(trail.wants(new Operation.Get(bytes("w/1")))).isFalse();
    assertThat(trail.wants(new Operation.Get(bytes("both/1")))).isTrue();
    assertThat(trail.wants(new Operation.Range(new KeyRange(bytes("a"), bytes("r0"))))).isTrue();
    assertThat(trail.wants(new Operation.Range(new KeyRange(bytes("a"), bytes("b"))))).isFalse();
    assertThat(trail.wants(new Operation.Range(KeyRange.ALL))).isTrue();
    assertThat(trail.wants(KeyRange.of(bytes("r/2")))).isTrue();
    assertThat(trail.wants(KeyRange.of(bytes("w/2")))).isFalse();
    assertThat(trail.wants(new Operation.Grant(0, 1_000))).isFalse();
  }

  @Test
  void whatIsReadByACommandCountsAsRead() {
    AuditTrail trail = idle("", "secret/", 100);
    KeyRange secret = KeyRange.of(bytes("secret/1"));
    Compare guess = new Compare.Value(secret, Compare.Relation.EQUAL, bytes("a guess"));
    assertThat(
            trail.wants(
                new Operation.Transaction(
                    List.of(), List.of(new Operation.Get(bytes("secret/1"))), List.of())))
        .isTrue();
    assertThat(trail.wants(new Operation.Transaction(List.of(guess), List.of(), List.of())))
        .isTrue();
    assertThat(trail.wants(new Operation.DeleteRange(secret, true))).isTrue();
    assertThat(trail.wants(new Operation.DeleteRange(secret, false))).isFalse();
    assertThat(trail.wants(write("secret/1"))).isFalse();
  }

  @Test
  void nothingMeansNoneAndAStarMeansAll() {
    AuditTrail none = idle("", "", 100);
    assertThat(none.isOn()).isTrue();
    assertThat(none.wants(write("a"))).isFalse();
    assertThat(none.wants(new Operation.Get(bytes("a")))).isFalse();
    assertThat(none.wants(KeyRange.ALL)).isFalse();
    AuditTrail all = idle("*", "*", 100);
    assertThat(all.wants(write(""))).isTrue();
    assertThat(all.wants(new Operation.Get(bytes("a")))).isTrue();
    assertThat(all.wants(new Operation.Grant(0, 1_000))).isTrue();
    assertThat(all.wants(new Operation.ListLeases())).isTrue();
    assertThat(all.wants(KeyRange.ALL)).isTrue();
  }

  @Test
  void aSampleIsTaken() {
    AuditTrail trail = idle("*", "*", 20);
    int wanted = 0;
    for (int i = 0; i < 10_000; i++) if (trail.wants(write("k"))) wanted++;
    assertThat(wanted).isBetween(1_600, 2_400); // ten times the standard deviation
    AuditTrail never = idle("*", "*", 0);
    for (int i = 0; i < 1_000; i++) assertThat(never.wants(write("k"))).isFalse();
  }

  // ---- what becomes of it ----

  @Test
  void whatIsRecordedIsWrittenInItsOrder() throws Exception {
    Taker taker = new Taker();
    try (AuditTrail trail = AuditTrail.start(settings("*", "*", 100), taker, log)) {
      for (int i = 1; i <= 1_000; i++) trail.record(event(i));
      List<String> lines = taker.take(1_000);
      for (int i = 1; i <= 1_000; i++)
        assertThat(lines.get(i - 1)).contains("\"revision\":" + i + ",").doesNotContain("value");
    }
    assertThat(said).isEmpty();
  }

  @Test
  void aBlockedDiskKeepsNoRequestWaitingAndLinesBeyondTheBoundAreDroppedAndCounted()
      throws Exception {
    Taker taker = new Taker();
    taker.open = new CountDownLatch(1);
    try (AuditTrail trail = AuditTrail.start(settings("*", "*", 100), taker, log)) {
      trail.record(event(1));
      taker.asked.await();
      int many = AuditTrail.WAITING_LINES_MAX + 5_000;
      for (int i = 2; i <= many; i++) trail.record(event(i));
      long dropped = trail.dropped();
      assertThat(dropped).isBetween(4_000L, (long) many - 4_000);
      taker.open.countDown();
      List<String> lines = taker.take((int) (many - dropped) + 1);
      assertThat(lines.stream().filter(line -> line.contains("\"kind\":\"dropped\"")).toList())
          .singleElement()
          .asString()
          .contains("\"lines\":" + dropped + ",");
      trail.record(event(1));
      assertThat(taker.lines.take()).contains("\"kind\":\"command\"");
    }
    assertThat(said).hasSizeBetween(1, 2);
    assertThat(said.getFirst()).contains("dropped lines");
  }

  @Test
  void largeEventsAreBoundedInBytes() throws Exception {
    Taker taker = new Taker();
    taker.open = new CountDownLatch(1);
    AuditEvent large =
        new AuditEvent(
            AuditEvent.Kind.COMMAND,
            new AuditEvent.Who("u".repeat(500), null, null),
            AuditEvent.What.of(write("k".repeat(4_000))),
            AuditEnd.done(1));
    try (AuditTrail trail = AuditTrail.start(settings("*", "*", 100), taker, log)) {
      for (int i = 0; i < AuditTrail.WAITING_LINES_MAX; i++) trail.record(large);
      long kept = AuditTrail.WAITING_LINES_MAX - trail.dropped();
      assertThat(kept * large.sizeBytes()).isLessThan(AuditTrail.WAITING_BYTES_MAX + (512 << 10));
      taker.open.countDown();
      taker.take((int) kept + 1); // and a line about the others
      long before = trail.dropped();
      trail.record(large);
      assertThat(trail.dropped()).as("there is room again").isEqualTo(before);
    }
  }

  @Test
  void aFullDiskIsToldOnceAndLosesNothingThatStillFits() throws Exception {
    Taker taker = new Taker();
    taker.isFull = true;
    CountDownLatch warned = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    AuditTrail.Log both =
        new AuditTrail.Log(
            what -> {
              said.add(what);
              warned.countDown();
            },
            _ -> over.countDown());
    try (AuditTrail trail = AuditTrail.start(settings("*", "*", 100), taker, both)) {
      for (int i = 1; i <= 100; i++) trail.record(event(i));
      warned.await();
      taker.isFull = false;
      assertThat(taker.take(100)).last().asString().contains("\"revision\":100,");
      over.await();
      assertThat(trail.dropped()).isZero();
      assertThat(trail.lines()).isEqualTo(100);
    }
    assertThat(said).hasSize(1);
    assertThat(said.getFirst()).contains("No space left on device");
  }

  @Test
  void theEndWritesWhatWaitsAndTakesNoMore() {
    Taker taker = new Taker();
    AuditTrail trail = AuditTrail.start(settings("*", "*", 100), taker, log);
    for (int i = 1; i <= 5_000; i++) trail.record(event(i));
    trail.close(30_000);
    assertThat(taker.lines).hasSize(5_000);
    trail.record(event(1));
    assertThat(trail.dropped()).isEqualTo(1);
    assertThat(trail.lines()).isEqualTo(5_000);
  }

  @Test
  void theEndDoesNotWaitForADiskThatDoesNotAnswer() {
    Taker taker = new Taker();
    taker.open = new CountDownLatch(1);
    AuditTrail trail = AuditTrail.start(settings("*", "*", 100), taker, log);
    for (int i = 0; i <= AuditTrail.WAITING_LINES_MAX; i++) trail.record(event(i));
    long began = System.nanoTime();
    trail.close(50);
    assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));
    taker.open.countDown();
    assertThat(said).anyMatch(what -> what.contains("without having written"));
  }
}
