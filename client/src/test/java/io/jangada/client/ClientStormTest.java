package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.FakeServer.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Servers that lose answers, break off, redirect at random and talk nonsense: what the client says
/// was done, was done once.
class ClientStormTest {
  private static final int CALLS = 3_000;

  private static FakeServer server(FakeStore store, SplittableRandom random) throws Exception {
    return new FakeServer(
        asked -> {
          int fault;
          synchronized (random) {
            fault = random.nextInt(100);
          }
          if (fault < 4) return "REDIRECT " + fault % 3 + "\r\n";
          if (fault < 5) return FakeServer.CLOSE;
          if (fault < 6) return "ERR_INTERNAL\r\n";
          String answer = store.answer(asked);
          if (fault < 7) return FakeServer.CLOSE;
          if (fault < 8) return answer.substring(0, answer.length() / 2) + FakeServer.CLOSE;
          if (fault < 9) return "nonsense\r\n";
          if (fault < 10) return "ERR_INTERNAL\r\n";
          return answer;
        });
  }

  @Test
  void everyChangeThatIsAnsweredWasDoneOnce() throws Exception {
    long seed = new Random().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    FakeStore store = new FakeStore(false);
    List<FakeServer> servers = new ArrayList<>();
    for (int i = 0; i < 3; i++) servers.add(server(store, random.split()));
    Map<Integer, Endpoint> members =
        Map.of(
            0,
            servers.get(0).endpoint(),
            1,
            servers.get(1).endpoint(),
            2,
            servers.get(2).endpoint());
    ClientOptions options =
        ClientOptions.of(List.of(servers.get(0).endpoint()))
            .withMembers(members)
            .withConnectionsPerServer(2)
            .withTiming(new ClientOptions.Timing(20_000, 500, 500, 1, 10));
    AtomicInteger written = new AtomicInteger();
    try (JangadaClient client = JangadaClient.connect(options)) {
      List<CompletableFuture<Void>> ends = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        Bytes key = Bytes.utf8("k" + i);
        ends.add(
            client
                .set(key, key, 0)
                .thenAccept(
                    reply -> {
                      // Each key is set once: a second doing would be answered ERR_VERSION.
                      assertThat(reply).isInstanceOf(Reply.Written.class);
                      written.incrementAndGet();
                    })
                .thenCompose(_ -> client.get(key))
                .thenAccept(reply -> assertThat(reply).isEqualTo(new Reply.Found(key))));
      }
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
    assertThat(written).hasValue(CALLS);
    assertThat(store.changes()).isEqualTo(CALLS);
    for (FakeServer each : servers) each.close();
    long sent = servers.stream().flatMap(s -> s.asked().stream()).map(Asked::once).count();
    assertThat(sent).isGreaterThan(2 * CALLS);
  }
}
