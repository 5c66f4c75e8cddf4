package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A walk over ten thousand keys at a member, while others come and go at another.
@Timeout(60)
class ScanTest {
  private static final int KEYS = 10_000;
  private static final int PAGES_MAX = 1_000;
  private static final Pattern PAGE = Pattern.compile("\\[\"([0-9]+)\", \\[(.*)]]");
  private static final Pattern KEY = Pattern.compile("\"([^\"]*)\"");

  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final ReplyReader in;

    Client(InetSocketAddress server) throws IOException {
      socket = new Socket(server.getAddress(), server.getPort());
      in = new ReplyReader(new BufferedInputStream(socket.getInputStream()));
    }

    String ask(String words) throws IOException {
      socket.getOutputStream().write(new Template("").sent(words));
      return in.next();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void eachKeyThatStaysIsMetOnce(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withRedis(folder, 3)) {
      fleet.startAll();
      fleet.leader();
      try (Client walking = new Client(fleet.redisAt(0));
          Client writing = new Client(fleet.redisAt(1))) {
        for (int first = 0; first < KEYS; first += 2_000)
          assertThat(writing.ask("MSET" + pairs("stays:", first, 2_000))).isEqualTo("+OK");
        assertThat(writing.ask("MSET" + pairs("goes:", 0, 2_000))).isEqualTo("+OK");
        List<String> met = new ArrayList<>();
        String cursor = "0";
        for (int page = 0; page == 0 || !cursor.equals("0"); page++) {
          assertThat(page).isLessThan(PAGES_MAX);
          cursor = read(walking.ask("SCAN " + cursor + " COUNT 100"), met);
          assertThat(writing.ask("DEL goes:" + page * 7 % 2_000)).matches(":[01]");
          assertThat(writing.ask("MSET" + pairs("comes:", page * 20, 20))).isEqualTo("+OK");
          assertThat(writing.ask("APPEND stays:" + page * 13 % KEYS + " x")).startsWith(":");
        }
        assertThat(met).doesNotHaveDuplicates();
        assertThat(met.stream().filter(key -> key.startsWith("stays:"))).hasSize(KEYS);
      }
    }
  }

  private static String pairs(String prefix, int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(number -> " " + prefix + number + " v")
        .collect(Collectors.joining());
  }

  /// Gathers the keys of a page.
  ///
  /// @return the next cursor
  private static String read(String reply, List<String> met) {
    MatchResult page =
        PAGE.matcher(reply).results().findFirst().orElseThrow(() -> new AssertionError(reply));
    KEY.matcher(page.group(2)).results().forEach(key -> met.add(key.group(1)));
    return page.group(1);
  }
}
