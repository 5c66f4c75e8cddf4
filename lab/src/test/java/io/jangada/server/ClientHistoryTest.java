package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.ClientOptions;
import io.jangada.client.Compare;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.KeyValue;
import io.jangada.client.LeaseKeeper;
import io.jangada.client.Put;
import io.jangada.client.RangeRequest;
import io.jangada.client.Reply;
import io.jangada.client.Step;
import io.jangada.client.Transaction;
import io.jangada.client.Watch;
import io.jangada.client.WatchEvent;
import io.jangada.client.WatchListener;
import io.jangada.client.WatchOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The Java client on whole servers that keep history.
@Timeout(120)
class ClientHistoryTest {
  private static final String HISTORY = "'HistoryMillis':600000";
  private static final Bytes KEY = Bytes.utf8("a key\nof any bytes");

  @TempDir private Path folder;

  private static Bytes utf8(String text) {
    return Bytes.utf8(text);
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static JangadaClient client(Fleet fleet, int size) throws Exception {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int id = 0; id < size; id++)
      endpoints.add(new Endpoint("127.0.0.1", fleet.at(id).clientPort()));
    fleet.leader();
    return JangadaClient.connect(ClientOptions.of(endpoints));
  }

  private static long revision(Reply reply) {
    return ((Reply.Changed) reply).revision();
  }

  private static List<String> values(Reply reply) {
    List<String> values = new ArrayList<>();
    for (KeyValue each : ((Reply.Ranged) reply).entries()) values.add(each.value().toUtf8());
    return values;
  }

  @Test
  void valuesAreChangedInPlaceAndReadAsTheyWere() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1, HISTORY)) {
      fleet.startAll();
      fleet.awaitHistory();
      try (JangadaClient client = client(fleet, 1)) {
        long first = revision(await(client.put(KEY, utf8("sail"))));
        long second = revision(await(client.append(KEY, utf8("s"))));
        assertThat(second).isEqualTo(first + 1);
        Reply.Changed third =
            (Reply.Changed) await(client.put(Put.prepend(KEY, utf8("2 ")).former()));
        assertThat(third.former().value()).isEqualTo(utf8("sails"));
        assertThat(third.length()).isEqualTo(7);
        RangeRequest request = RangeRequest.of(KeyRange.of(KEY));
        assertThat(values(await(client.range(request)))).containsExactly("2 sails");
        assertThat(values(await(client.range(request.revision(first))))).containsExactly("sail");
        assertThat(await(client.range(request.revision(first + 99))))
            .isEqualTo(new Reply.Rejected(Reply.Reason.FUTURE_REVISION));
        assertThat(await(client.add(KEY, 1)))
            .isEqualTo(new Reply.Rejected(Reply.Reason.NOT_A_NUMBER));
        assertThat(await(client.put(Put.set(KEY, KEY).ifAbsent()))).isEqualTo(new Reply.Mismatch());
        assertThat(await(client.touch(utf8("none"), Duration.ofSeconds(9))))
            .isEqualTo(new Reply.NotFound());
        await(client.add(utf8("n"), 40));
        assertThat(((Reply.Changed) await(client.add(utf8("n"), 2))).number())
            .isEqualTo(utf8("42"));
      }
    }
  }

  @Test
  void aRangeOfManyPiecesIsOfOneRevision() throws Exception {
    int keys = 60;
    Bytes value = Bytes.wrap(new byte[40_000]);
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      try (JangadaClient client = client(fleet, 3)) {
        for (int i = 10; i < 10 + keys; i++) await(client.put(utf8("k" + i), value));
        KeyRange all = KeyRange.prefix(utf8("k"));
        long[] pieces = {0};
        List<KeyValue> read = new ArrayList<>();
        Reply.ToRange end =
            await(
                client.range(
                    RangeRequest.of(all).descending(),
                    piece -> {
                      pieces[0]++;
                      read.addAll(piece.entries());
                      return client.put(utf8("k0"), value).thenApply(done -> true);
                    }));
        assertThat(end).isInstanceOf(Reply.Ranged.class);
        assertThat(pieces[0]).isGreaterThan(5);
        assertThat(read).hasSize(keys);
        assertThat(read.getFirst().key()).isEqualTo(utf8("k" + (9 + keys)));
        assertThat(((Reply.Counted) await(client.count(all))).count()).isEqualTo(keys + 1);
        Reply.Ranged gathered =
            (Reply.Ranged) await(client.range(RangeRequest.of(all).limit(50).keysOnly()));
        assertThat(gathered.entries()).hasSize(50);
        assertThat(gathered.rest().from().toUtf8()).startsWith("k58");
        assertThat(((Reply.Removed) await(client.deleteRange(all))).count()).isEqualTo(keys + 1);
        assertThat(((Reply.Counted) await(client.count(all))).count()).isZero();
      }
    }
  }

  @Test
  void aTransactionDoesOneListOfStepsOrTheOther() throws Exception {
    Bytes from = utf8("from");
    Bytes to = utf8("to");
    try (Fleet fleet = new Fleet(folder, 1)) {
      fleet.startAll();
      try (JangadaClient client = client(fleet, 1)) {
        await(client.put(from, utf8("10")));
        Transaction transaction =
            Transaction.when(Compare.value(from, utf8("10")), Compare.absent(to))
                .then(Put.add(from, -4), Put.add(to, 4, 4))
                .otherwise(Step.get(from), Step.delete(to), Step.get(to));
        Reply.Transacted done = (Reply.Transacted) await(client.transaction(transaction));
        assertThat(done.succeeded()).isTrue();
        assertThat(done.replies()).hasSize(2);
        for (Reply.ToStep each : done.replies())
          assertThat(revision(each)).isEqualTo(done.revision());
        done = (Reply.Transacted) await(client.transaction(transaction));
        assertThat(done.succeeded()).isFalse();
        assertThat(((Reply.FoundVersion) done.replies().get(0)).value()).isEqualTo(utf8("6"));
        assertThat(done.replies().subList(1, 3))
            .containsExactly(new Reply.Deleted(), new Reply.NotFound());
      }
    }
  }

  @Test
  void aLeaseLastsAsLongAsItIsKeptAliveAndTakesItsKeysWithIt() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1)) {
      fleet.startAll();
      try (JangadaClient client = client(fleet, 1)) {
        Duration ttl = Duration.ofMillis(900);
        long lease = ((Reply.Granted) await(client.lease(ttl))).lease();
        assertThat(await(client.lease(lease, ttl)))
            .isEqualTo(new Reply.Rejected(Reply.Reason.LEASE_EXISTS));
        await(client.put(Put.set(KEY, KEY).lease(lease)));
        CompletableFuture<WatchEvent> gone = new CompletableFuture<>();
        Watch watch = client.watch(KeyRange.of(KEY), WatchOptions.DEFAULT, removal(gone));
        try (LeaseKeeper keeper = client.keepAlive(lease, ttl)) {
          assertThat(fleet.until(() -> seen(client, lease) > 5)).isTrue();
          assertThat(keeper.whenLost()).isNotDone();
          Reply.Leased shown = (Reply.Leased) await(client.timeToLive(lease));
          assertThat(shown.keys()).containsExactly(KEY);
          assertThat(shown.leftMillis()).isBetween(1L, 900L);
          assertThat(await(client.leases())).isEqualTo(new Reply.LeaseList(List.of(lease)));
        }
        assertThat(await(gone).removed()).isTrue();
        assertThat(await(client.timeToLive(lease)))
            .isEqualTo(new Reply.Rejected(Reply.Reason.LEASE_NOT_FOUND));
        assertThat(await(client.keepAlive(List.of(lease))))
            .isEqualTo(new Reply.KeptAlive(List.of(0L)));
        watch.close();
      }
    }
  }

  private long looks;

  /// Longer than the lease lasts by itself.
  private long seen(JangadaClient client, long lease) {
    boolean isThere = client.timeToLive(lease).join() instanceof Reply.Leased;
    client.put(utf8("other"), KEY).join();
    if (!isThere) throw new AssertionError("the lease ended after " + looks + " looks");
    return ++looks / 8;
  }

  private static WatchListener removal(CompletableFuture<WatchEvent> gone) {
    return new WatchListener() {
      @Override
      public CompletionStage<?> onEvents(List<WatchEvent> events, boolean more) {
        for (WatchEvent each : events) if (each.removed()) gone.complete(each);
        return null;
      }

      @Override
      public void onCompacted(long compacted) {}
    };
  }

  @Test
  void aWatchMissesNothingAndDoublesNothingOverTheEndOfServers() throws Exception {
    int puts = 300;
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    WatchListener listener =
        new WatchListener() {
          @Override
          public CompletionStage<?> onEvents(List<WatchEvent> events, boolean more) {
            for (WatchEvent each : events) seen.add(each.revision());
            return CompletableFuture.runAsync(() -> {});
          }

          @Override
          public void onCompacted(long compacted) {
            seen.add(-compacted);
          }
        };
    try (Fleet fleet = new Fleet(folder, 3, HISTORY)) {
      fleet.startAll();
      fleet.awaitHistory();
      try (JangadaClient client = client(fleet, 3).within(Duration.ofSeconds(60))) {
        long first = revision(await(client.put(KEY, utf8("0"))));
        Watch watch = client.watch(KeyRange.ALL, WatchOptions.DEFAULT.from(first), listener);
        List<Long> done = new ArrayList<>(List.of(first));
        for (int i = 1; i < puts; i++) {
          done.add(revision(await(client.put(utf8("k" + i % 7), utf8("" + i)))));
          if (i % 60 == 30) {
            int id = i / 60 % 3;
            fleet.kill(id);
            fleet.start(id);
          }
        }
        List<Long> told = new ArrayList<>();
        while (told.size() < puts) {
          Long next = seen.poll(60, TimeUnit.SECONDS);
          assertThat(next).as("after " + told.size()).isNotNull();
          told.add(next);
        }
        assertThat(told).isEqualTo(done);
        assertThat(await(watch.progress())).isGreaterThanOrEqualTo(done.getLast());
        assertThat(seen).isEmpty();
      }
    }
  }

  @Test
  void aSlowListenerIsToldEverythingWhenItTakesAgain() throws Exception {
    int puts = 400;
    Bytes value = Bytes.wrap(new byte[2_000]);
    CompletableFuture<Void> taking = new CompletableFuture<>();
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    WatchListener listener =
        new WatchListener() {
          @Override
          public CompletionStage<?> onEvents(List<WatchEvent> events, boolean more) {
            for (WatchEvent each : events) seen.add(each.revision());
            return taking;
          }

          @Override
          public void onCompacted(long compacted) {
            seen.add(-compacted);
          }
        };
    try (Fleet fleet = new Fleet(folder, 1, HISTORY)) {
      fleet.startAll();
      fleet.awaitHistory();
      try (JangadaClient client = client(fleet, 1)) {
        long first = revision(await(client.put(KEY, value)));
        WatchOptions options = WatchOptions.DEFAULT.from(first).withWindowBytes(8 << 10);
        client.watch(KeyRange.ALL, options, listener);
        assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(first);
        List<CompletableFuture<Reply.ToPut>> all = new ArrayList<>();
        for (int i = 1; i < puts; i++) all.add(client.put(utf8("k" + i), value));
        for (CompletableFuture<Reply.ToPut> each : all) await(each);
        assertThat(seen).isEmpty();
        taking.complete(null);
        for (long next = first + 1; next < first + puts; next++)
          assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(next);
      }
    }
  }
}
