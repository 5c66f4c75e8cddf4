package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many commands under way on one connection: replies come in the order of the commands, and
/// commands on one key take effect in it.
class PipelineTest {
  @TempDir private Path directory;
  private Served served;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    served = Served.usual(directory);
    client = served.client();
  }

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  @Test
  void manyCommandsInOnePacketAreAnsweredInOrder() throws IOException {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      commands.append("set k").append(i).append(" 0 ").append(("" + i).length());
      commands.append("\r\n").append(i).append("\r\nget k").append(i).append("\r\nfrob\r\n");
    }
    Thread sender = sendAside(commands.toString().getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < 300; i++) {
      assertThat(client.line()).startsWith("OK ");
      assertThat(client.reply()).isEqualTo("VALUE " + ("" + i).length() + "|" + i);
      assertThat(client.line()).isEqualTo("ERR_CMD_ERR");
    }
    assertThat(sender.isAlive()).isFalse();
  }

  /// More than sockets hold: somebody else must read meanwhile.
  private Thread sendAside(byte[] bytes) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                client.send(bytes);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @Test
  void aCommandMayComeByteByByte() throws IOException {
    String commands = "set k 0 4\r\na\r\nb\r\nget k\r\ndelete k\r\n";
    for (byte b : commands.getBytes(StandardCharsets.ISO_8859_1)) client.send(new byte[] {b});
    assertThat(client.line()).startsWith("OK ");
    assertThat(client.reply()).isEqualTo("VALUE 4|a\r\nb");
    assertThat(client.line()).isEqualTo("DELETED");
  }

  @Test
  void readsAndWritesOfOneKeyTakeEffectInTheirOrder() throws IOException {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 300; i++)
      commands.append("get k\r\nset k 0 3\r\n").append(100 + i).append("\r\nget k\r\ndelete k\r\n");
    client.send(commands.toString());
    for (int i = 0; i < 300; i++) {
      assertThat(client.line()).as("before %d", i).isEqualTo("ERR_NOT_FOUND");
      assertThat(client.line()).startsWith("OK ");
      assertThat(client.reply()).isEqualTo("VALUE 3|" + (100 + i));
      assertThat(client.line()).isEqualTo("DELETED");
    }
  }

  @Test
  void whatIsSentAtRandomMeansWhatAModelSays() throws IOException {
    long seed = System.nanoTime();
    RandomGenerator random = new SplittableRandom(seed);
    Map<String, String> model = new HashMap<>();
    StringBuilder commands = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      String key = "k" + random.nextInt(4);
      String value = "v".repeat(random.nextInt(3)) + i;
      String there = model.get(key);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          commands.append("get " + key + "\r\n");
          expected.add(there == null ? "ERR_NOT_FOUND" : "VALUE " + there.length() + "|" + there);
        }
        case 2 -> {
          commands.append("delete " + key + "\r\n");
          expected.add(model.remove(key) == null ? "ERR_NOT_FOUND" : "DELETED");
        }
        case 3 -> {
          commands.append("cas " + key + " 0 0 1\r\nx\r\n");
          expected.add(there == null ? "ERR_NOT_FOUND" : "ERR_VERSION");
        }
        case 4 -> {
          commands.append(" \r\nset " + key + "\r\n");
          expected.add("ERR_CMD_ERR");
        }
        default -> {
          commands.append("set " + key + " 0 " + value.length() + "\r\n" + value + "\r\n");
          expected.add(there == null ? "OK" : "ERR_VERSION");
          model.putIfAbsent(key, value);
        }
      }
    }
    Thread sender = sendInPieces(commands.toString(), random);
    long version = 0;
    for (int i = 0; i < expected.size(); i++) {
      String reply = client.reply();
      if (reply.startsWith("OK ")) {
        long next = Long.parseLong(reply.substring(3));
        assertThat(next).as("seed %d, reply %d", seed, i).isGreaterThan(version);
        version = next;
        reply = "OK";
      }
      assertThat(reply).as("seed %d, reply %d", seed, i).isEqualTo(expected.get(i));
    }
    assertThat(sender.isAlive()).isFalse();
  }

  private Thread sendInPieces(String commands, RandomGenerator random) {
    byte[] all = commands.getBytes(StandardCharsets.ISO_8859_1);
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                for (int from = 0; from < all.length; ) {
                  int length = Math.min(all.length - from, 1 + random.nextInt(400));
                  client.socket().getOutputStream().write(all, from, length);
                  from += length;
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @Test
  void whateverIsSentGetsAsManyRepliesAsTheTwinSays() throws IOException {
    long first = System.nanoTime();
    for (long seed = first; seed < first + 200; seed++) {
      byte[] input = RandomInput.draw(new SplittableRandom(seed));
      // A first byte 0 would be of another protocol.
      Client one = served.client().send("\n").send(input).endOutput();
      for (TextCommand command : SlowParser.parse(Served.settings(), input)) {
        if (command instanceof TextCommand.Quit) break;
        if (wantsNoReply(command)) continue;
        String reply = one.reply();
        String wanted =
            switch (command) {
              case TextCommand.Malformed _, TextCommand.Derailed _, TextCommand.Admin _ ->
                  "ERR_CMD_ERR";
              case TextCommand.Version _ -> "VERSION jangada";
              case TextCommand.Overlong _, TextCommand.Dropped _, TextCommand.Auth _ ->
                  "ERR_INTERNAL";
              case TextCommand.Quit _, TextCommand.Ignored _ -> "";
              case TextCommand.Request _ ->
                  "OK [0-9]+|VALUE .*|DELETED|ERR_NOT_FOUND|ERR_VERSION|ERR_FORGOTTEN";
            };
        assertThat(Pattern.compile(wanted, Pattern.DOTALL).matcher(reply).matches())
            .as("seed %d: %s got %s", seed, command, reply)
            .isTrue();
      }
      assertThat(one.rest()).as("seed %d", seed).isEmpty();
      one.close();
    }
  }

  private static boolean wantsNoReply(TextCommand command) {
    return command instanceof TextCommand.Ignored
        || command instanceof TextCommand.Request request && request.silent();
  }
}
