package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.CommandRun;
import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `txn` as a script meets it, on a server.
@Timeout(120)
class TxnCommandTest {
  @TempDir private Path folder;

  private Fleet fleet;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws Exception {
    fleet = new Fleet(folder, 1);
    fleet.startAll();
    fleet.leader();
    environment = Map.of("JANGADA_ENDPOINTS", "127.0.0.1:" + fleet.at(0).clientPort());
  }

  @AfterEach
  void stop() throws Exception {
    fleet.close();
  }

  private CommandRun run(String input, String... arguments) {
    var shell = new CommandRun.Shell(Main.commandLine(environment), environment, folder);
    return shell.run(input.getBytes(StandardCharsets.UTF_8), arguments);
  }

  private String out(String input, String... arguments) {
    CommandRun ran = run(input, arguments);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    return ran.out();
  }

  private String txn(String... lines) {
    return out(String.join("\n", lines), "txn");
  }

  @Test
  @DisplayName("one list of requests is done, or the other")
  void eitherList() {
    String[] move = {
      "value(\"boat\") = \"sail\"",
      "version(\"boat\") > \"0\"",
      "create(\"cart\") = \"0\"",
      "",
      "put boat \"tow and row\"",
      "put cart wheel",
      "get boat",
      "",
      "get boat",
      "put boat sail"
    };
    assertThat(txn(move)).matches("FAILURE\n\n\nOK [0-9]+\n");
    assertThat(txn(move)).matches("SUCCESS\n\nOK ([0-9]+)\n\nOK \\1\n\nboat\ttow and row\n");
    assertThat(out("", "list")).isEqualTo("boat\ttow and row\ncart\twheel\n");
    assertThat(txn(move)).startsWith("FAILURE\n\nboat\ttow and row\n\nOK ");
  }

  @Test
  @DisplayName("every comparison says what it says")
  void comparisons() {
    out("", "lease", "grant", "10m", "--id", "77");
    out("", "put", "k", "m", "--lease", "77");
    String revision = out("", "put", "other", "x").substring(3).strip();
    for (String each :
        new String[] {
          "value(\"k\") < \"n\"",
          "val(\"k\") > \"l\"",
          "value(\"k\") != \"n\"",
          "version(\"k\") = \"1\"",
          "ver(\"k\") < 2",
          "create(\"k\") < \"" + revision + "\"",
          "mod(\"other\") = \"" + revision + "\"",
          "lease(\"k\") = \"77\"",
          "lease(\"other\") = 0"
        }) assertThat(txn(each, "", "put seen yes")).as(each).startsWith("SUCCESS\n");
    for (String each :
        new String[] {"value(\"k\") < \"m\"", "mod(\"k\") > 9999", "lease(\"k\") = 7"})
      assertThat(txn(each, "", "put seen yes")).as(each).isEqualTo("FAILURE\n");
  }

  @Test
  @DisplayName("ranges are read and removed")
  void ranges() {
    txn("", "put b/1 x", "put b/2 y --ttl 1h", "put c z");
    assertThat(txn("", "get b/ --prefix", "get b/ --prefix --keys", "get b/"))
        .isEqualTo("SUCCESS\n\nb/1\tx\nb/2\ty\n\nb/1\nb/2\n\n");
    CommandRun cut = run("\nget \"\" --prefix --limit 2", "txn");
    assertThat(cut.out()).isEqualTo("SUCCESS\n\nb/1\tx\nb/2\ty\n");
    assertThat(cut.err()).contains("more keys").contains("get \"\" --prefix --limit 2");
    assertThat(txn("", "del b/ --prefix", "del c", "del c")).isEqualTo("SUCCESS\n\n2\n\n1\n\n0\n");
    assertThat(out("", "list")).isEmpty();
  }

  @Test
  @DisplayName("a program gets one object")
  void json() throws Exception {
    Files.writeString(
        folder.resolve("move.txn"), "\nput k \"\\xff\"\nget k\ndel k\nget k --prefix");
    String out = out("", "txn", "move.txn", "-o", "json");
    String revision = out.replaceAll(".*\"revision\":([0-9]+),\"results.*", "$1").strip();
    assertThat(out)
        .isEqualTo(
            "{\"ok\":true,\"succeeded\":true,\"revision\":N,\"results\":["
                .concat("{\"request\":\"put\",\"key\":\"k\",\"revision\":N},")
                .concat("{\"request\":\"get\",\"key\":\"k\",\"more\":false,\"entries\":[")
                .concat("{\"key\":\"k\",\"revision\":N,\"created\":N,\"changes\":1,")
                .concat("\"valueBase64\":\"/w==\"}]},")
                .concat("{\"request\":\"del\",\"key\":\"k\",\"removed\":1},")
                .concat("{\"request\":\"get\",\"key\":\"k\",\"more\":false,\"entries\":[]}]}\n")
                .replace("N", revision));
  }

  @Test
  @DisplayName("what makes no sense is named, and nothing is done")
  void wrong() {
    CommandRun line = run("\nput k v\n\nput k\n", "txn");
    assertThat(line.code()).isEqualTo(ExitCode.USAGE);
    assertThat(line.err()).contains("standard input, line 4: put needs a key and a value");
    CommandRun file = run("", "txn", "none.txn");
    assertThat(file.code()).isEqualTo(ExitCode.USAGE);
    assertThat(file.err()).contains("none.txn cannot be read");
    CommandRun lease = run("\nput j v\nput k v --lease 7\n", "txn", "-o", "json");
    assertThat(lease.code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
    assertThat(lease.out()).startsWith("{\"ok\":false,\"error\":\"not-found\"");
    assertThat(out("", "list")).isEmpty();
  }
}
