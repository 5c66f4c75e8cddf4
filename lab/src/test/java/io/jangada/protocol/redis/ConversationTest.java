package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.CommandRun;
import io.jangada.cli.Main;
import io.jangada.protocol.redis.Speaker.Cut;
import io.jangada.protocol.redis.Speaker.Manner;
import io.jangada.server.Fleet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What Redis's clients may say, each conversation command by command, in one packet and cut at
/// random, in both versions of the protocol, at any of three members. What a conversation expects
/// is judged by Redis in [ConversationTrial].
@Timeout(120)
class ConversationTest {
  private static final int SIZE = 3;
  private static final int MUTATIONS = 3_000;

  @TempDir private static Path folder;
  private static Fleet fleet;

  private final long seed = System.nanoTime();

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withRedis(folder, SIZE, "'ValueBytesMax':1048576");
    fleet.startAll();
    fleet.leader();
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static void hold(Conversation one, InetSocketAddress server, Manner manner)
      throws IOException, InterruptedException {
    try (Speaker speaker = new Speaker(server, manner)) {
      speaker.hold(one);
    } catch (AssertionError | IOException e) {
      throw new AssertionError(one + ", " + manner + ": " + e.getMessage(), e);
    }
  }

  @Test
  void conversationsGoAsRedisHasThem() throws Exception {
    List<Callable<Void>> calls = new ArrayList<>();
    for (Conversation one : Conversation.readAll(ConversationTrial.FILES)) {
      if (one.has("flush")) continue;
      for (Manner manner : ConversationTrial.manners(one, false, seed)) {
        InetSocketAddress server = fleet.redisAt(calls.size() % SIZE);
        calls.add(
            () -> {
              hold(one, server, manner);
              return null;
            });
      }
    }
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
    new RedisFuzz(fleet.redisAt(0), seed, Conversation.readAll(ConversationTrial.FILES))
        .run(MUTATIONS);
  }

  /// One server alone, that may be emptied, and then wants passwords.
  @Test
  void flushesAndUsers(@TempDir Path other) throws Exception {
    try (Fleet alone = Fleet.withRedis(other, 1, "'FlushAllowed':true")) {
      alone.startAll();
      alone.leader();
      for (Conversation one : Conversation.readAll("flush"))
        if (one.has("flush"))
          hold(one, alone.redisAt(0), new Manner(false, false, Cut.COMMANDS, seed));
      checkUsers(alone.at(0).clientPort(), other);
      for (Conversation one : Conversation.readAll(ConversationTrial.USERS))
        for (Cut cut : Cut.values())
          hold(one, alone.redisAt(0), new Manner(false, false, cut, seed));
    }
  }

  /// From then on users are checked, and that without a name has the password secret.
  private static void checkUsers(int clientPort, Path folder) {
    Map<String, String> environment = Map.of("JANGADA_ENDPOINTS", "127.0.0.1:" + clientPort);
    var shell = new CommandRun.Shell(Main.commandLine(environment), environment, folder);
    for (String line :
        List.of(
            "user add root",
            "user grant-role root root",
            "user add default",
            "user grant-role default root",
            "auth enable")) {
      CommandRun ran = shell.run("secret\n".getBytes(StandardCharsets.UTF_8), line.split(" "));
      assertThat(ran.code()).as(ran.err()).isZero();
    }
  }
}
