package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.Step;
import io.jangada.client.Transaction;
import io.jangada.client.Watch;
import io.jangada.client.WatchEvent;
import io.jangada.client.WatchListener;
import io.jangada.client.WatchOptions;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.harness.TextConnection;
import io.jangada.protocol.auth.PasswordHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a server writes down of what its clients ask for.
@Timeout(120)
class AuditedServerTest {
  private static final String FILE = "'AuditFile':'trail/server-{id}.log'";
  private static final String[] ALL = {FILE, "'AuditWrites':'*'", "'AuditReads':'*'"};

  @TempDir private Path folder;

  private List<Json.Obj> trail() throws IOException {
    List<Json.Obj> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("trail/server-0.log"))) {
      byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
      lines.add((Json.Obj) new JsonReader().read(bytes, 0, bytes.length));
    }
    return lines;
  }

  /// Operation, keys, result, of all lines of this kind.
  private List<String> lines(String kind) throws IOException {
    List<String> texts = new ArrayList<>();
    for (Json.Obj line : trail()) {
      if (!line.text("kind").equals(kind)) continue;
      StringBuilder text = new StringBuilder(line.text("operation"));
      for (String more : List.of("words", "keys", "result", "reason"))
        if (line.has(more)) text.append(' ').append(line.get(more).canonical().toUtf8());
      texts.add(text.toString().replace("\"", ""));
    }
    return texts;
  }

  private void awaitLines(Fleet fleet, String kind, String... wanted) throws Exception {
    fleet.until(() -> lines(kind).size() >= wanted.length);
    assertThat(lines(kind)).containsExactly(wanted);
  }

  private static final class Deaf implements WatchListener {
    @Override
    public CompletionStage<?> onEvents(List<WatchEvent> events, boolean more) {
      return null;
    }

    @Override
    public void onCompacted(long compacted) {}
  }

  private static byte[] get(String key) {
    return TextConnection.command("get " + key, Bytes.EMPTY);
  }

  private static JangadaClient client(Fleet fleet) {
    Endpoint at = new Endpoint("127.0.0.1", fleet.at(0).clientPort());
    return JangadaClient.connect(ClientOptions.of(List.of(at)));
  }

  @Test
  void administrationIsAlwaysThereAndKeysAreNotUnlessChosen() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1, FILE)) {
      fleet.start(0);
      fleet.leader();
      fleet.askLeader("set boat 0 4", "sail");
      int before = lines("admin").size();
      try (TextConnection connection = fleet.connect(0)) {
        connection.request("admin members");
        connection.request("admin remove 7");
        connection.request("admin user add ana hunter2");
      }
      fleet.until(() -> lines("admin").size() >= before + 3);
      List<String> told = lines("admin").subList(before, before + 3);
      assertThat(told).contains("admin [members] done", "admin [user] refused no such command");
      assertThat(told).anyMatch(line -> line.startsWith("admin [remove,7] "));
      assertThat(trail()).allMatch(line -> line.text("kind").equals("admin"));
      assertThat(trail().getLast().text("address")).startsWith("127.0.0.1:");
      assertThat(folder.resolve("trail/server-0.log"))
          .content()
          .doesNotContain("hunter2")
          .doesNotContain("sail");
    }
  }

  @Test
  void aRefusedAdminCommandSaysWhy() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1, FILE)) {
      fleet.start(0);
      fleet.leader();
      Json.Obj reply = Fleet.object(fleet.ask(0, "admin transfer 7", ""));
      assertThat(reply.flag("ok")).isFalse();
      String line = "admin [transfer,7] refused " + reply.text("error");
      assertThat(fleet.until(() -> lines("admin").contains(line))).isTrue();
    }
  }

  @Test
  void theTextProtocolsCommandsAreThere() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1, ALL)) {
      fleet.start(0);
      fleet.leader();
      try (TextConnection connection = fleet.connect(0)) {
        connection.set("boat", 0, Bytes.utf8("sail"));
        connection.set("boat", 0, Bytes.utf8("oars"));
        connection.get("boat");
        connection.getm("none");
        connection.delete("boat");
      }
      awaitLines(
          fleet,
          "command",
          "put [{key:boat}] done",
          "put [{key:boat}] refused the key exists",
          "delete [{key:boat}] done");
      awaitLines(fleet, "read", "get [{key:boat}] done", "get [{key:none}] done not found");
      Json.Obj first =
          trail().stream().filter(line -> line.has("revision")).findFirst().orElseThrow();
      assertThat(first.number("revision", 100)).isEqualTo(2);
    }
  }

  @Test
  void theBinaryProtocolsRequestsAreThere() throws Exception {
    Bytes key = Bytes.utf8("fleet/1");
    KeyRange all = KeyRange.prefix(Bytes.utf8("fleet/"));
    try (Fleet fleet = new Fleet(folder, 1, ALL)) {
      fleet.start(0);
      fleet.leader();
      try (JangadaClient client = client(fleet)) {
        Watch watch = client.watch(all, WatchOptions.DEFAULT, new Deaf());
        client.put(key, Bytes.utf8("sail")).get();
        client.transaction(Transaction.when().then(Step.get(key))).get();
        client.count(all).get();
        awaitLines(
            fleet, "command", "put [{key:fleet/1}] done", "transaction [{key:fleet/1}] done");
        awaitLines(fleet, "read", "range [{prefix:fleet/}] done");
        awaitLines(fleet, "watch", "watch [{prefix:fleet/}] done");
        watch.close();
      }
    }
  }

  @Test
  void authenticationsAreThereAndHashesAreNot() throws Exception {
    byte[] password = "hunter2".getBytes(StandardCharsets.UTF_8);
    String hash = PasswordHash.of(password, new SecureRandom()).text();
    try (Fleet fleet = new Fleet(folder, 1, ALL)) {
      fleet.start(0);
      fleet.leader();
      assertThat(fleet.admin("user add root " + AdminWord.of(hash)).flag("ok")).isTrue();
      assertThat(fleet.admin("user grant root root").flag("ok")).isTrue();
      assertThat(fleet.admin("auth enable").flag("ok")).isTrue();
      try (TextConnection connection = fleet.connect(0)) {
        connection.send(TextConnection.command("auth root hunter3", Bytes.EMPTY));
        fleet.until(() -> lines("auth").size() == 1);
        connection.send(TextConnection.command("auth root hunter2", Bytes.EMPTY));
        connection.send(TextConnection.command("delete boat", Bytes.EMPTY));
        fleet.until(() -> lines("command").contains("delete [{key:boat}] done not found"));
      }
      assertThat(lines("admin")).contains("admin [user,add,root] done");
      assertThat(lines("auth")).hasSize(2);
      assertThat(lines("auth").get(0)).startsWith("authenticate [root] refused");
      assertThat(lines("auth").get(1)).isEqualTo("authenticate [root] done");
      assertThat(trail().getLast().text("user")).isEqualTo("root");
      assertThat(folder.resolve("trail/server-0.log"))
          .content()
          .doesNotContain("hunter")
          .doesNotContain("pbkdf2");
    }
  }

  /// Values that are let go because much waits to be sent are read twice.
  @Test
  void aReadIsThereOnceHoweverOftenItsValueIsRead() throws Exception {
    int reads = 40;
    Bytes large = Bytes.wrap(new byte[1 << 20]);
    try (Fleet fleet = new Fleet(folder, 1, ALL)) {
      fleet.start(0);
      fleet.leader();
      try (TextConnection connection = fleet.connect(0)) {
        connection.set("large", 0, large);
        for (int i = 0; i < reads; i++) connection.send(get("large"));
        for (int i = 0; i < reads; i++) connection.receive();
        connection.get("last");
      }
      fleet.until(() -> lines("read").contains("get [{key:last}] done not found"));
      assertThat(lines("read")).hasSize(reads + 1);
    }
  }

  @Test
  void aFileThatCannotBeWrittenKeepsNoRequestWaiting() throws Exception {
    Path pipe = Files.createDirectories(folder.resolve("trail")).resolve("server-0.log");
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
    Assumptions.assumeTrue(mkfifo.waitFor() == 0);
    int requests = 17_000; // more than may wait
    try (Fleet fleet = new Fleet(folder, 1, ALL)) {
      fleet.start(0, Map.of(Setting.FSYNC, "unsafe-never"));
      fleet.leader();
      try (TextConnection connection = fleet.connect(0)) {
        for (int sent = 0; sent < requests; sent += 100) {
          for (int i = 0; i < 100; i++) connection.send(get("boat"));
          for (int i = 0; i < 100; i++) connection.receive();
        }
      }
      assertThat(fleet.http(0, "/metrics").body())
          .contains("jangada_audit_lines_total 0.0\n")
          .doesNotContain("jangada_audit_dropped_total 0.0\n");
      Files.delete(pipe);
      fleet.until(() -> Files.readAllLines(pipe).size() > 16_384);
      assertThat(trail()).anyMatch(line -> line.text("kind").equals("dropped"));
    }
  }
}
