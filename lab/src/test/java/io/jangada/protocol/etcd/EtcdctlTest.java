package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// etcdctl says of three servers what it says of three of etcd's.
@Timeout(120)
class EtcdctlTest {
  private static final int SIZE = 3;

  @TempDir private static Path folder;
  private static Path program;
  private static Fleet fleet;

  @BeforeAll
  static void start() throws Exception {
    program =
        Stream.of(System.getenv("PATH").split(":"))
            .map(at -> Path.of(at, "etcdctl"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    if (program == null) Assumptions.abort("etcdctl is not installed on this machine");
    fleet = Fleet.withEtcd(folder, SIZE);
    fleet.startAll();
    fleet.leader();
    fleet.awaitHistory();
  }

  @AfterAll
  static void stop() throws Exception {
    if (fleet != null) fleet.close();
  }

  private static String endpoint(int index) {
    return "127.0.0.1:" + fleet.etcdAt(index).getPort();
  }

  private static String ctl(String line) throws IOException, InterruptedException {
    return ctl("", line);
  }

  private static String ctl(String input, String line) throws IOException, InterruptedException {
    boolean isForOne = line.startsWith("snapshot");
    Stream<String> endpoints = IntStream.range(0, isForOne ? 1 : SIZE).mapToObj(i -> endpoint(i));
    List<String> command = new ArrayList<>(List.of(program.toString(), "--endpoints"));
    command.add(endpoints.collect(Collectors.joining(",")));
    command.addAll(List.of(line.split(" ")));
    return run(command, input);
  }

  /// What etcdctl prints, both streams together, but for its own log.
  private static String run(List<String> command, String input)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    Process process = builder.start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.lines()
        .filter(line -> !line.startsWith("{\"level\":"))
        .collect(Collectors.joining("|"));
  }

  @Test
  @DisplayName("put, get, del, compaction")
  void keys() throws Exception {
    assertThat(ctl("put k/a 1")).isEqualTo("OK");
    assertThat(ctl("put k/a 2 --prev-kv")).isEqualTo("OK|k/a|1");
    assertThat(ctl("put k/b 1")).isEqualTo("OK");
    assertThat(ctl("get k/ --prefix --keys-only --order=DESCEND")).isEqualTo("k/b||k/a|");
    assertThat(ctl("get k/ --prefix --sort-by=VALUE --limit=1 --print-value-only")).isEqualTo("1");
    assertThat(ctl("get k/ --prefix --rev=999999"))
        .isEqualTo("Error: etcdserver: mvcc: required revision is a future revision");
    assertThat(ctl("del k/ --prefix --prev-kv")).isEqualTo("2|k/a|2|k/b|1");
    String revision = ctl("put k/c 1 -w json").replaceAll(".*\"revision\":(\\d+).*", "$1");
    assertThat(ctl("compaction " + revision)).isEqualTo("compacted revision " + revision);
    assertThat(ctl("compaction " + revision))
        .isEqualTo("Error: etcdserver: mvcc: required revision has been compacted");
  }

  @Test
  @DisplayName("txn")
  void transactions() throws Exception {
    assertThat(ctl("mod(\"t\") = \"0\"\n\nput t 1\nget t\n\ndel t\n\n", "txn"))
        .isEqualTo("SUCCESS||OK||t|1");
    assertThat(ctl("value(\"t\") > \"1\"\n\n\nget t\n\n", "txn")).isEqualTo("FAILURE||t|1");
    assertThat(ctl("\nput t 1\nput t 2\n\n\n", "txn"))
        .isEqualTo("Error: etcdserver: duplicate key given in txn request");
  }

  @Test
  @DisplayName("lease, lock")
  void leases() throws Exception {
    String id = ctl("lease grant 60").split(" ")[1];
    assertThat(ctl("put l v --lease=" + id)).isEqualTo("OK");
    assertThat(ctl("lease timetolive --keys " + id)).contains("TTL(60s)", "attached keys([l])");
    assertThat(ctl("lease keep-alive --once " + id)).endsWith("keepalived with TTL(60)");
    assertThat(ctl("lease revoke " + id)).isEqualTo("lease " + id + " revoked");
    assertThat(ctl("get l")).isEmpty();
    assertThat(ctl("lease timetolive " + id)).isEqualTo("lease " + id + " already expired");
    assertThat(ctl("lock mutex echo held")).isEqualTo("held");
  }

  @Test
  @DisplayName("member, endpoint, alarm, defrag, move-leader, snapshot")
  void administration() throws Exception {
    assertThat(ctl("member list").split("\\|"))
        .hasSize(SIZE)
        .allMatch(line -> line.contains("started"));
    assertThat(ctl("member remove 1234")).isEqualTo("Error: etcdserver: member not found");
    assertThat(ctl("endpoint health").split("\\|"))
        .hasSize(SIZE)
        .allMatch(l -> l.contains("is healthy"));
    assertThat(ctl("endpoint hashkv --rev=0").split("\\|")).hasSize(SIZE);
    assertThat(ctl("alarm list")).isEmpty();
    assertThat(ctl("defrag").split("\\|"))
        .allMatch(line -> line.startsWith("Finished defragmenting"));
    assertThat(ctl("move-leader 1234")).isEqualTo("Error: etcdserver: bad leader transferee");
    Path file = folder.resolve("saved");
    assertThat(ctl("snapshot save " + file)).contains("saved at");
    assertThat(file).isNotEmptyFile();
  }

  @Test
  @DisplayName("user, role, auth")
  void users() throws Exception {
    assertThat(ctl("auth enable")).isEqualTo("Error: etcdserver: root user does not exist");
    for (String line :
        List.of("user add root:r", "user add ann:a", "role add root", "role add reader"))
      assertThat(ctl(line)).endsWith("created");
    assertThat(ctl("role grant-permission reader read r/ --prefix")).endsWith("updated");
    ctl("user grant-role ann reader");
    ctl("user grant-role root root");
    assertThat(ctl("auth enable")).isEqualTo("Authentication Enabled");
    assertThat(ctl("--user ann:a put r/a 1")).isEqualTo("Error: etcdserver: permission denied");
    assertThat(ctl("--user ann:a get r/ --prefix")).isEmpty();
    assertThat(ctl("get r/ --prefix")).isEqualTo("Error: etcdserver: user name is empty");
    assertThat(ctl("--user root:r auth disable")).isEqualTo("Authentication Disabled");
  }
}
