package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.net.Loops;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What people who run servers are told is so.
class OperationsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (\\S+ \\w+)$");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\| (\\w+) \\|");
  private static final String ROUND_TRIP = "jangada_network_peer_round_trip_time_seconds";
  private static final Pattern METRIC = Pattern.compile("\\b(?:jangada|jvm|process)_[a-z_]+");
  private static final Pattern COMMANDS =
      Pattern.compile(
          "jangada_server_command_duration_seconds_count\\{kind=\"write\",port=\"client\"\\}"
              + " [1-9]");

  @TempDir private Path folder;

  private static String document() throws IOException {
    return Files.readString(ROOT.resolve("docs/OPERATIONS.md"));
  }

  @Test
  void everySettingHasItsRowInTheTable() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      String standard = setting.defaultAsWritten();
      rows.add(
          String.format(
              "| `%s` | %s | %s%s |",
              setting.field(),
              standard.isEmpty() ? "" : "`" + standard + "`",
              setting.meaning(),
              setting.kind() instanceof SettingType.Word(List<String> words)
                  ? ": `" + String.join("`, `", words) + "`"
                  : ""));
    }
    assertThat(document()).contains(String.join("\n", rows));
  }

  @Test
  @Timeout(60)
  void theDocumentedMetricsAreThoseOfALeaderAndEveryAlertLooksAtOne() throws Exception {
    try (Fleet fleet = Fleet.withMemcached(folder, 3)) {
      fleet.startAll();
      int leader = fleet.leader();
      fleet.askLeader("set boat 0 4", "sail");
      assertThat(fleet.http(leader, "/health").statusCode()).isEqualTo(200);
      assertThat(fleet.http(leader, "/metrics").body())
          .contains("\njangada_server_health_success_total 1.0\n");
      Set<String> documented = names(ROW, document());
      Set<String> expected = new TreeSet<>(documented);
      // How long a round trip takes is known after a while, and only where the system tells.
      if (Loops.kind().equals("nio")) expected.remove(ROUND_TRIP + " gauge");
      // These servers have no certificates.
      expected.remove("jangada_tls_certificate_expiry_timestamp_seconds gauge");
      fleet.until(() -> exported(fleet, leader).equals(expected));
      assertThat(exported(fleet, leader)).isEqualTo(expected);
      assertThat(fleet.http(leader, "/metrics").body()).containsPattern(COMMANDS);
      for (String file : List.of("docs/alerts.yml", "contrib/grafana-dashboard.json"))
        assertThat(samples(documented)).containsAll(watched(file));
    }
  }

  /// The metrics that a file names.
  private static Set<String> watched(String file) throws IOException {
    Set<String> watched = names(METRIC, Files.readString(ROOT.resolve(file)));
    assertThat(watched).as(file).isNotEmpty();
    return watched;
  }

  /// The names of the samples of metrics, which are given with their kinds.
  private static Set<String> samples(Set<String> metrics) {
    Set<String> samples = new TreeSet<>();
    for (String each : metrics) {
      String[] words = each.split(" ");
      switch (words[1]) {
        case "histogram" -> {
          for (String end : List.of("_bucket", "_count", "_sum")) samples.add(words[0] + end);
        }
        case "summary" -> {
          for (String end : List.of("_count", "_sum")) samples.add(words[0] + end);
        }
        default -> samples.add(words[0]);
      }
    }
    return samples;
  }

  @Test
  void thePromtoolTestsOfTheAlertsPass() throws Exception {
    Process promtool;
    try {
      promtool =
          new ProcessBuilder("promtool", "test", "rules", "docs/alerts-test.yml")
              .directory(ROOT.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      Assumptions.abort("promtool is not installed: " + e.getMessage());
      return;
    }
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
  }

  /// Names and kinds.
  private static Set<String> exported(Fleet fleet, int id)
      throws IOException, InterruptedException {
    return names(FAMILY, fleet.http(id, "/metrics").body());
  }

  /// What a pattern finds: its groups with blanks between them, or all of it where it has none.
  private static Set<String> names(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    for (MatchResult found : pattern.matcher(text).results().toList()) {
      List<String> groups = new ArrayList<>();
      for (int i = 1; i <= found.groupCount(); i++) groups.add(found.group(i));
      names.add(groups.isEmpty() ? found.group() : String.join(" ", groups));
    }
    return names;
  }

  @Test
  void theConfigurationOfTheCheckoutIsThreeServersOnLoopback() throws Exception {
    ServerConfig config = ServerConfig.read(ROOT.resolve("config.json"));
    assertThat(config.servers()).hasSize(3);
    for (ServerConfig.Entry entry : config.servers()) {
      assertThat(entry.clientPort()).isEqualTo(9000 + entry.id());
      assertThat(entry.port(OptionalPort.HTTP)).isEqualTo(9010 + entry.id());
      assertThat(entry.port(OptionalPort.ETCD)).isEqualTo(9020 + entry.id());
      assertThat(entry.port(OptionalPort.MEMCACHED)).isEqualTo(9030 + entry.id());
      assertThat(entry.port(OptionalPort.REDIS)).isEqualTo(9040 + entry.id());
      assertThat(config.listen(entry)).contains("localhost");
      assertThat(config.dataDirectory(entry.id()))
          .isEqualTo(ROOT.resolve("data/server-" + entry.id()));
    }
    assertThat(Files.readAllLines(ROOT.resolve(".gitignore"))).contains("/data/");
  }
}
