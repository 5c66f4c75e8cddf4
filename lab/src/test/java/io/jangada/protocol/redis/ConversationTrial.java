package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.protocol.redis.Speaker.Cut;
import io.jangada.protocol.redis.Speaker.Manner;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The conversations with Redis itself, which judges what they expect, and mutated ones with a
/// server of ours: not part of the gate. How to start it is in `CONTRIBUTING.md`.
class ConversationTrial {
  static final String[] FILES = {
    "wire", "connection", "strings", "numbers", "keys", "expiry", "transactions", "scripts", "flush"
  };

  /// Those of [#FILES] need no password; to this one's every client must say it.
  static final String USERS = "users";

  private static String option(String name, String otherwise) {
    for (String word : System.getProperty("trial", "").split(" "))
      if (word.startsWith(name + "=")) return word.substring(name.length() + 1);
    return otherwise;
  }

  private final InetSocketAddress server =
      new InetSocketAddress(option("host", "127.0.0.1"), Integer.parseInt(option("port", "6379")));
  private final long seed = Long.parseLong(option("seed", "" + System.nanoTime()));

  /// How a conversation can be held.
  static List<Manner> manners(Conversation one, boolean isOriginal, long seed) {
    List<Manner> all = new ArrayList<>();
    for (boolean isResp3 : new boolean[] {false, true})
      for (Cut cut : Cut.values())
        if (!(isResp3 && one.has("resp2")) && (cut == Cut.COMMANDS || !one.isSlow()))
          all.add(new Manner(isOriginal, isResp3, cut, seed));
    return all;
  }

  @Test
  void originalSaysSo() throws Exception {
    List<String> wrong = new ArrayList<>();
    int held = 0;
    for (Conversation one : Conversation.readAll(FILES)) {
      if (one.has("ours")) continue;
      for (Manner manner : manners(one, true, seed))
        try (Speaker speaker = new Speaker(server, manner)) {
          held++;
          speaker.hold(one);
        } catch (AssertionError e) {
          wrong.add(one + ", " + manner + ": " + e.getMessage());
        }
    }
    System.out.println(held + " conversations held, " + wrong.size() + " went wrong");
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  /// With `secret=` the port of a Redis that was started with `--requirepass secret`.
  @Test
  void originalSaysSoToNoOne() throws Exception {
    InetSocketAddress checked =
        new InetSocketAddress(server.getAddress(), Integer.parseInt(option("secret", "6380")));
    for (Conversation one : Conversation.readAll(USERS))
      for (Cut cut : Cut.values())
        try (Speaker speaker = new Speaker(checked, new Manner(true, false, cut, seed))) {
          speaker.hold(one);
        }
  }

  @Test
  void mutationsAreAnswered() throws Exception {
    System.out.println("seed " + seed);
    new RedisFuzz(server, seed, Conversation.readAll(FILES))
        .run(Integer.parseInt(option("count", "100000")));
  }
}
