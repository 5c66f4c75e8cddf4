package io.jangada.protocol.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What memcached's clients may say, each conversation whole, byte by byte and cut at random, at
/// any of three members. What a conversation expects is judged by memcached in [ConversationTrial].
@Timeout(120)
class ConversationTest {
  private static final int SIZE = 3;
  private static final int MUTATIONS = 3_000;

  @TempDir private static Path folder;
  private static Fleet fleet;

  private final long seed = System.nanoTime();

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withMemcached(folder, SIZE, "'ValueBytesMax':1048576");
    fleet.startAll();
    fleet.leader();
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static void hold(Conversation one, InetSocketAddress server, Speaker.Cut cut, long seed)
      throws IOException, InterruptedException {
    try (Speaker speaker = new Speaker(server, false, cut, seed)) {
      speaker.hold(one);
    } catch (AssertionError | IOException e) {
      throw new AssertionError(one + ", " + cut + ", seed " + seed + ": " + e.getMessage(), e);
    }
  }

  private List<Callable<Void>> calls(Conversation one, int first) {
    List<Callable<Void>> calls = new ArrayList<>();
    for (Speaker.Cut cut : Speaker.Cut.values()) {
      boolean isOnce = one.has("whole") || one.takesTime();
      if (isOnce && cut != Speaker.Cut.WHOLE) continue;
      InetSocketAddress server = fleet.memcachedAt((first + cut.ordinal()) % SIZE);
      calls.add(
          () -> {
            hold(one, server, cut, seed);
            return null;
          });
    }
    return calls;
  }

  @Test
  void conversationsGoAsMemcachedHasThem() throws Exception {
    List<Callable<Void>> calls = new ArrayList<>();
    for (Conversation one : Conversation.readAll(ConversationTrial.FILES))
      if (!one.has("flush")) calls.addAll(calls(one, calls.size()));
    List<String> wrong = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Void> call : threads.invokeAll(calls))
        if (call.state() == Future.State.FAILED) wrong.add(call.exceptionNow().getMessage());
    }
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  @Test
  void mutatedConversationsAreAnswered() throws Exception {
    System.out.println("seed " + seed);
    new MemcachedFuzz(fleet.memcachedAt(0), seed, Conversation.readAll(ConversationTrial.FILES))
        .run(MUTATIONS);
  }

  @Test
  void flushesWhereThatIsAllowed(@TempDir Path other) throws Exception {
    try (Fleet alone = Fleet.withMemcached(other, 1, "'FlushAllowed':true")) {
      alone.startAll();
      alone.leader();
      for (Conversation one : Conversation.readAll("flush"))
        if (one.has("flush")) hold(one, alone.memcachedAt(0), Speaker.Cut.WHOLE, seed);
    }
  }
}
