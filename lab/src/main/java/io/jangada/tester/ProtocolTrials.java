package io.jangada.tester;

import io.jangada.bytes.Bytes;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;

/// What a client sees as long as nothing breaks.
final class ProtocolTrials {
  private static final int LARGE_BYTES = 1 << 20;
  private static final int PIPELINED = 500;

  private ProtocolTrials() {}

  static List<Trial> all() {
    return List.of(
        new Trial("commands", "each command does what the page says", 1, ProtocolTrials::commands),
        new Trial(
            "errors", "what makes no sense gets an error, and no more", 1, ProtocolTrials::errors),
        new Trial("redirect", "every follower names the leader", 2, ProtocolTrials::redirect),
        new Trial("large", "values of a megabyte, of any bytes", 1, ProtocolTrials::large),
        new Trial(
            "pipelining",
            "many commands in a packet, a command in many packets",
            1,
            ProtocolTrials::pipelining));
  }

  private static String commands(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextConnection connection = stage.connect(stage.leader());
    String key = stage.key("k");
    Bytes first = Bytes.utf8("first");
    Bytes second = Bytes.utf8("second\r\nline");
    Stage.expect(connection.get(key), new TextReply.NotFound(), "get of no key");
    Stage.expect(connection.delete(key), new TextReply.NotFound(), "delete of no key");
    Stage.expect(connection.cas(key, 0, 1, first), new TextReply.NotFound(), "cas of no key");
    long version = Stage.version(connection.set(key, 0, first), "set");
    Stage.expect(connection.get(key), new TextReply.Value(first), "get");
    Stage.expect(connection.set(key, 0, second), new TextReply.OtherVersion(), "a second set");
    TextReply refused = connection.cas(key, 0, version + 1, second);
    Stage.expect(refused, new TextReply.OtherVersion(), "cas with another version");
    long next = Stage.version(connection.cas(key, 100, version, second), "cas");
    Failure.unless(next > version, "cas made version " + next + " of " + version);
    Stage.expect(connection.getm(key), new TextReply.Meta(next, 100, second), "getm");
    Stage.expect(connection.delete(key), new TextReply.Deleted(), "delete");
    Stage.expect(connection.getm(key), new TextReply.NotFound(), "getm of a deleted key");
    long again = Stage.version(connection.set(key, 0, first), "set of a deleted key");
    boolean countsPerKey = version == 1 && again == 1;
    Failure.unless(
        again > next || countsPerKey,
        "a key that was deleted got version " + again + ", below " + next);
    return "versions " + version + ", " + next + ", " + again;
  }

  private static String errors(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextConnection connection = stage.connect(stage.leader());
    String key = stage.key("k");
    List<String> lines =
        List.of(
            "nonsense",
            "GET " + key,
            "get",
            "get " + key + " " + key,
            "set " + key + " 0",
            "set " + key + " 0 0 more",
            "set " + key + " -1 0",
            "set " + key + " x 0",
            "set " + key + " 0 -5",
            "set " + key + " -1 7\r\nget any",
            "cas " + key + " 0 1",
            "cas " + key + " 0 y 0",
            "delete");
    for (String line : lines)
      Stage.expect(connection.request(line), new TextReply.CommandError(), "'" + line + "'");
    Stage.expect(connection.get(key), new TextReply.NotFound(), "get after all that");
    for (String length : List.of("99999999999", "99999999999999999999")) {
      String line = "set " + key + " 0 " + length;
      TextReply reply = stage.connect(stage.leader()).request(line);
      Stage.expect(reply, new TextReply.CommandError(), "'" + line + "'");
    }
    return lines.size() + " lines refused, and the connection goes on";
  }

  private static String redirect(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    int leader = stage.leader();
    TextReply wanted = new TextReply.Redirect(leader);
    String key = stage.key("k");
    SortedSet<Integer> followers = stage.followersOf(leader);
    for (int follower : followers) {
      TextConnection connection = stage.connect(follower);
      String at = " at server " + follower;
      Stage.expect(connection.get(key), wanted, "get" + at);
      Stage.expect(connection.getm(key), wanted, "getm" + at);
      Stage.expect(connection.set(key, 0, Bytes.utf8("value")), wanted, "set" + at);
      Stage.expect(connection.cas(key, 0, 1, Bytes.utf8("value")), wanted, "cas" + at);
      Stage.expect(connection.delete(key), wanted, "delete" + at);
      Stage.expect(connection.request("gets"), new TextReply.CommandError(), "'gets'" + at);
    }
    Stage.expect(stage.connect(leader).get(key), new TextReply.NotFound(), "get at the leader");
    return "servers " + followers + " name " + leader;
  }

  private static String large(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    byte[] bytes = new byte[LARGE_BYTES];
    new SplittableRandom(4).nextBytes(bytes);
    Bytes value = Bytes.wrap(bytes);
    Bytes lines = Bytes.utf8("get x\r\n".repeat(1000) + "\r");
    TextConnection connection = stage.connect(stage.leader());
    long version = Stage.version(connection.set(stage.key("large"), 0, value), "set");
    TextReply read = connection.getm(stage.key("large"));
    Stage.expect(read, new TextReply.Meta(version, 0, value), "getm");
    long next = Stage.version(connection.cas(stage.key("large"), 0, version, lines), "cas");
    TextReply reread = connection.getm(stage.key("large"));
    Stage.expect(reread, new TextReply.Meta(next, 0, lines), "getm of lines");
    return LARGE_BYTES + " bytes and back";
  }

  private static String pipelining(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextConnection connection = stage.connect(stage.leader());
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    for (int i = 0; i < PIPELINED; i++) {
      Bytes value = Bytes.utf8("value " + i);
      String set = "set " + stage.key(i) + " 0 " + value.length();
      packet.writeBytes(TextConnection.command(set, value));
      packet.writeBytes(TextConnection.command("get " + stage.key(i), Bytes.EMPTY));
    }
    connection.send(packet.toByteArray());
    for (int i = 0; i < PIPELINED; i++) {
      Stage.version(connection.receive(), "set " + i);
      TextReply.Value wanted = new TextReply.Value(Bytes.utf8("value " + i));
      Stage.expect(connection.receive(), wanted, "get " + i);
    }
    byte[] command =
        TextConnection.command("set " + stage.key("slow") + " 0 4", Bytes.utf8("a\r\nb"));
    for (byte one : command) connection.send(new byte[] {one});
    Stage.version(connection.receive(), "a set byte by byte");
    return 2 * PIPELINED + " commands at once, replies in their order";
  }
}
