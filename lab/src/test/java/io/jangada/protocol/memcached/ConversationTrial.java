package io.jangada.protocol.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The conversations with memcached itself, which judges what they expect, and random bytes for any
/// server: not part of the gate. How to start it is in `CONTRIBUTING.md`.
class ConversationTrial {
  static final String[] FILES = {
    "framing", "classic", "numbers", "errors", "noreply", "meta", "stale", "stats", "limits",
    "expiry", "flush"
  };

  private final TrialOptions options = TrialOptions.read();

  @Test
  void originalSaysSo() throws Exception {
    InetSocketAddress server = options.address();
    List<String> wrong = new ArrayList<>();
    int held = 0;
    for (Conversation one : Conversation.readAll(FILES)) {
      if (one.has("ours") || one.has("noflush")) continue;
      for (Speaker.Cut cut : Speaker.Cut.values()) {
        if (cut != Speaker.Cut.WHOLE && (one.has("whole") || one.takesTime())) continue;
        try (Speaker speaker = new Speaker(server, true, cut, options.seed())) {
          held++;
          speaker.hold(one);
        } catch (AssertionError e) {
          wrong.add(one + ", " + cut + ": " + e.getMessage());
        }
      }
    }
    System.out.println(held + " conversations held, " + wrong.size() + " went wrong");
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  @Test
  void mutationsAreAnswered() throws Exception {
    System.out.println("seed " + options.seed());
    new MemcachedFuzz(options.address(), options.seed(), Conversation.readAll(FILES))
        .run(options.count());
  }

  record TrialOptions(InetSocketAddress address, long seed, int count) {
    static TrialOptions read() {
      String host = "127.0.0.1";
      int port = 11_211;
      long seed = new Random().nextInt(1_000_000);
      int count = 100_000;
      for (String word : System.getProperty("trial", "").split(" ")) {
        String value = word.substring(word.indexOf('=') + 1);
        switch (word.substring(0, Math.max(0, word.indexOf('=')))) {
          case "host" -> host = value;
          case "port" -> port = Integer.parseInt(value);
          case "seed" -> seed = Long.parseLong(value);
          case "count" -> count = Integer.parseInt(value);
          default -> {}
        }
      }
      return new TrialOptions(new InetSocketAddress(host, port), seed, count);
    }
  }
}
