package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `/metrics` and `status` show the same numbers.
class MetricsAndStatusTest {
  /// Metrics, and the field of `status` that says the same.
  private static final SortedMap<String, String> COUNTERPARTS =
      table(
          """
          jangada_raft_term term
          jangada_raft_last_log_index lastIndex
          jangada_raft_durable_index durableIndex
          jangada_raft_commit_index commitIndex
          jangada_raft_applied_index appliedIndex
          jangada_raft_snapshot_index snapshotIndex
          jangada_raft_log_bytes logBytes
          jangada_raft_peer_match_index peers.matchIndex
          jangada_raft_peer_lag_entries peers.lag
          jangada_server_proposals_committed_total commitIndex
          jangada_server_proposals_applied_total appliedIndex
          jangada_server_memory_data_bytes memory.data
          jangada_server_memory_history_bytes memory.history
          jangada_server_memory_limit_bytes memory.limit
          jangada_server_memory_log_bytes memory.log
          jangada_server_memory_refused_total memory.refused
          jangada_server_memory_requests_bytes memory.requests
          jangada_server_memory_sessions_bytes memory.sessions
          jangada_server_memory_used_bytes memory.used
          jangada_server_requests_pending pending
          jangada_server_requests_awaiting_leader awaitingLeader
          jangada_server_disk_full diskFull
          jangada_server_out_of_files outOfFiles
          jangada_server_snapshot_apply_in_progress restoring
          jangada_server_compacted_revision compactedRevision
          jangada_server_leases leases
          jangada_server_revision revision
          jangada_server_watch_events_total watches.events
          jangada_server_watches watches.count
          jangada_server_watches_lagging watches.lagging
          jangada_server_watches_overtaken_total watches.overtaken
          jangada_store_keys keys
          jangada_store_db_total_size_in_bytes dataBytes
          """);

  /// Fields of `status` that no metric shows, or not as they are.
  private static final List<String> ALONE =
      List.of(
          "id",
          "leader",
          "roleSinceMillis",
          "clusterTimeMillis",
          "uptimeMillis",
          "memoryBytes",
          "snapshotting",
          "handingOver",
          "peers.id",
          "peers.installing",
          "peers.lastHeardMillis",
          "authentication",
          "exposed");

  /// Metrics, and where [Status] counts the same.
  private static final SortedMap<String, String> COUNTERS =
      table(
          """
          jangada_server_leader_changes_seen_total elections.leaderChanges
          jangada_server_elections_total elections.campaigns
          jangada_server_proposals_failed_total requests.proposalsFailed
          jangada_server_read_indexes_total requests.reads
          jangada_server_read_indexes_failed_total requests.readsFailed
          jangada_server_follower_reads_total followerReads.served
          jangada_server_follower_reads_failed_total followerReads.failed
          jangada_server_read_index_requests_total followerReads.questions
          jangada_server_snapshots_taken_total snapshots.taken
          jangada_server_snapshots_installed_total snapshots.installed
          jangada_server_snapshots_failed_total snapshots.failed
          """);

  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^(jangada_[a-z_]+)(?:\\{peer=\"([0-9]+)\"})? (\\S+)$");

  private static final Pattern NAME = Pattern.compile("`([A-Za-z]+)`");

  @TempDir private Path folder;

  private static SortedMap<String, String> table(String lines) {
    SortedMap<String, String> table = new TreeMap<>();
    lines.lines().map(line -> line.split(" ")).forEach(words -> table.put(words[0], words[1]));
    return table;
  }

  /// The samples of some metrics, by name and label.
  private static SortedMap<String, Double> samples(String text) {
    SortedMap<String, Double> samples = new TreeMap<>();
    for (Matcher found = SAMPLE.matcher(text); found.find(); ) {
      String peer = found.group(2) == null ? "" : " " + found.group(2);
      samples.put(found.group(1) + peer, Double.parseDouble(found.group(3)));
    }
    return samples;
  }

  /// The numbers and flags of a status, by name and, for peers, label.
  private static SortedMap<String, Double> fields(Json.Obj status) {
    SortedMap<String, Double> fields = new TreeMap<>();
    status.members().forEach((name, value) -> put(fields, name, value));
    for (String part : List.of("memory", "watches"))
      if (status.get(part) instanceof Json.Obj inner)
        inner.members().forEach((name, value) -> put(fields, part + "." + name, value));
    for (Json each : status.list("peers", 64)) {
      Json.Obj peer = (Json.Obj) each;
      long id = peer.number("id", 0, Long.MAX_VALUE);
      peer.members().forEach((name, value) -> put(fields, "peers." + name + " " + id, value));
    }
    return fields;
  }

  private static void put(SortedMap<String, Double> fields, String name, Json value) {
    if (value instanceof Json.Num(BigDecimal number, boolean _))
      fields.put(name, number.doubleValue());
    if (value instanceof Json.Bool(boolean flag)) fields.put(name, flag ? 1.0 : 0.0);
  }

  /// What the metrics should be by what the status says, for those that are there.
  private static SortedMap<String, Double> expected(
      SortedMap<String, Double> samples, SortedMap<String, Double> fields) {
    SortedMap<String, Double> expected = new TreeMap<>();
    for (String sample : samples.keySet()) {
      int space = sample.indexOf(' ');
      String metric = space < 0 ? sample : sample.substring(0, space);
      String field = COUNTERPARTS.get(metric);
      if (field != null)
        expected.put(sample, fields.get(field + (space < 0 ? "" : sample.substring(space))));
    }
    return expected;
  }

  private static SortedMap<String, Double> compared(SortedMap<String, Double> samples) {
    SortedMap<String, Double> compared = new TreeMap<>(samples);
    compared.keySet().removeIf(name -> !COUNTERPARTS.containsKey(name.split(" ")[0]));
    return compared;
  }

  @Test
  @Timeout(120)
  @DisplayName("servers show the same numbers in both, also when the indexes are apart")
  void servers() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      for (int i = 0; i < 20; i++) fleet.askLeader("set k" + i + " 0 4", "sail");
      int leader = fleet.leader();
      fleet.admin("snapshot");
      fleet.askLeader("set later 0 4", "sail");
      fleet.kill(fleet.other(leader));
      fleet.askLeader("set latest 0 4", "sail");
      for (int id : List.of(fleet.leader(), fleet.other(fleet.leader())))
        assertThat(fleet.until(() -> agrees(fleet, id))).as("server %d", id).isTrue();
      Json.Obj status = status(fleet, fleet.leader());
      List<String> alone = new ArrayList<>(fields(status).keySet());
      alone.replaceAll(name -> name.split(" ")[0]);
      alone.removeAll(COUNTERPARTS.values());
      alone.removeAll(ALONE);
      assertThat(alone).as("fields that no metric shows, and the test does not know").isEmpty();
    }
  }

  private static Json.Obj status(Fleet fleet, int id) throws IOException, InterruptedException {
    byte[] body = fleet.http(id, "/status").body().getBytes(StandardCharsets.UTF_8);
    return (Json.Obj) new JsonReader().read(body, 0, body.length);
  }

  /// Whether both are the same at a moment at which nothing happens.
  private static boolean agrees(Fleet fleet, int id) throws IOException, InterruptedException {
    SortedMap<String, Double> before = fields(status(fleet, id));
    SortedMap<String, Double> samples = compared(samples(fleet.http(id, "/metrics").body()));
    SortedMap<String, Double> expected = expected(samples, before);
    if (!expected.equals(expected(samples, fields(status(fleet, id))))) return false;
    assertThat(samples).hasSizeGreaterThan(12).isEqualTo(expected);
    return true;
  }

  @Test
  @DisplayName("no metric of a member shows another number of its status, whatever it is")
  void everyNumberApart() throws Exception {
    ServerConfig config = ServerConfig.read(Path.of("config.json").toAbsolutePath());
    StatusJson report =
        new StatusJson(config, new Addresses(config), new DiskMeter(), new DataSize(folder));
    for (int flag = 0; flag < 5; flag++) {
      Status status = (Status) new Filler(flag).record(Status.class);
      SortedMap<String, Double> samples = samples(status);
      SortedMap<String, Double> fields = fields((Json.Obj) report.status(status).json());
      assertThat(compared(samples)).hasSizeGreaterThan(12).isEqualTo(expected(samples, fields));
      for (var counter : COUNTERS.entrySet()) {
        Object number = status.usage().counters();
        for (String name : counter.getValue().split("\\."))
          number = number.getClass().getMethod(name).invoke(number);
        assertThat(samples).containsEntry(counter.getKey(), ((Number) number).doubleValue());
      }
      assertThat(samples)
          .containsEntry("jangada_raft_members", 4.0)
          .containsEntry("jangada_raft_voters", 3.0)
          .containsEntry(
              "jangada_server_proposals_pending",
              (double) (status.log().last().index() - status.log().commit()));
    }
  }

  @Test
  @DisplayName("PROTOCOLS.md names the fields of `status` and `members`, and no others")
  void documented() throws Exception {
    ServerConfig config = ServerConfig.read(Path.of("config.json").toAbsolutePath());
    StatusJson report =
        new StatusJson(config, new Addresses(config), new DiskMeter(), new DataSize(folder));
    Status status = (Status) new Filler(0).record(Status.class);
    assertThat(documented("status")).isEqualTo(names(report.status(status)));
    assertThat(documented("members")).isEqualTo(names(report.members(status)));
  }

  @Test
  @DisplayName("`members` says while voters are exchanged that they are")
  void changing() throws Exception {
    ServerConfig config = ServerConfig.read(Path.of("config.json").toAbsolutePath());
    StatusJson report =
        new StatusJson(config, new Addresses(config), new DiskMeter(), new DataSize(folder));
    Filler filler = new Filler(0);
    Status settled = (Status) filler.record(Status.class);
    assertThat(isChanging(report.members(settled))).isFalse();
    filler.membership = filler.membership.jointTo(Membership.of(List.of(1, 2)));
    assertThat(isChanging(report.members((Status) filler.record(Status.class)))).isTrue();
  }

  private static boolean isChanging(JsonObjectBuilder members) {
    return ((Json.Obj) members.json()).flag("changing");
  }

  /// The names in a row of the table of administration, without what stands in brackets.
  private static Set<String> documented(String words) throws IOException {
    String row =
        Files.readAllLines(Path.of("docs/PROTOCOLS.md")).stream()
            .filter(line -> line.startsWith("| `" + words + "` | anyone |"))
            .findFirst()
            .orElseThrow();
    Set<String> names = new TreeSet<>();
    String fields = row.substring(row.indexOf("anyone")).replaceAll("\\([^)]*\\)", "");
    for (Matcher name = NAME.matcher(fields); name.find(); ) names.add(name.group(1));
    return names;
  }

  /// The names of an object's fields, and of those of the objects in its lists.
  private static Set<String> names(JsonObjectBuilder fields) {
    Set<String> names = new TreeSet<>();
    Json.Obj object = (Json.Obj) fields.json();
    for (var field : object.members().entrySet()) {
      names.add(field.getKey());
      if (field.getValue() instanceof Json.Arr)
        for (Json each : object.list(field.getKey(), 64))
          if (each instanceof Json.Obj inner) names.addAll(inner.members().keySet());
    }
    return names;
  }

  private static SortedMap<String, Double> samples(Status status) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    var all =
        List.of(
            MemberMetrics.server(status, false),
            MemberMetrics.memory(status.usage().memory()),
            MemberMetrics.raft(status));
    PrometheusTextFormatWriter.create().write(out, MetricList.all(all));
    return samples(out.toString(StandardCharsets.UTF_8));
  }

  /// Makes records of numbers of which no two are alike, and with one flag in turn that is set.
  private static final class Filler {
    private final int flag;
    private int flags;
    private long number = 1_000;
    private Membership membership =
        new Membership(List.of(1, 2, 3), List.of(), List.of(4), List.of());

    Filler(int flag) {
      this.flag = flag;
    }

    private Object record(Class<?> type) throws ReflectiveOperationException {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      Object[] values = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        values[i] = value(components[i]);
      }
      return type.getDeclaredConstructor(types).newInstance(values);
    }

    private Object value(RecordComponent component) throws ReflectiveOperationException {
      Class<?> type = component.getType();
      if (type == long.class) return number += 7;
      if (type == int.class) return (int) (number += 7);
      if (type == boolean.class) return flags++ == flag;
      if (type == String.class) return "word " + (number += 7);
      if (type == Membership.class) return membership;
      if (type == SortedMap.class) {
        SortedMap<Integer, Object> peers = new TreeMap<>();
        for (int id = 2; id < 4; id++) peers.put(id, record(Status.Peer.class));
        return peers;
      }
      if (type.isEnum()) return type.getEnumConstants()[0];
      if (type == List.class) return List.of("word " + (number += 7));
      return type.isRecord() ? record(type) : null;
    }
  }
}
