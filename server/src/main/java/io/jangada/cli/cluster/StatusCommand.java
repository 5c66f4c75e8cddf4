package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.codec.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jangada status`: how every member stands.
@Command(
    name = "status",
    description = {
      "Show the status of every member, as each one reports it: the servers of --endpoints and all"
          + " members that they know.",
      "last, commit and applied are indexes of the log; lag is the number of entries that a member"
          + " lacks; sync is the 99th percentile of the time of a sync to disk; since is how long"
          + " the member has had its role."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:there is a leader, and all members replied",
      "1:there is a leader, and not all members replied",
      "2:wrong usage",
      "69:no leader, or no member replied"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada status --endpoints a.example:9000,b.example:9000"},
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  private static final int PEERS_MAX = 1_000;

  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Override
  public Integer call() {
    ClusterStatus muster;
    try (JangadaClient client = cluster.open()) {
      muster = ClusterStatus.call(client, cluster.endpoints());
    }
    if (output.isJson()) Admin.raw(output, json(muster));
    else output.line(table(muster));
    for (ClusterStatus.Answer each : muster.answers())
      if (each.error() != null) output.complain(complaint(each));
    muster.complaints().forEach(output::complain);
    if (muster.answers().stream().anyMatch(each -> isExposed(each.status())))
      output.complain(
          "users are not checked: anyone who reaches a port can read and write everything");
    if (muster.leader() == null) {
      output.complain("no leader");
      return ExitCode.UNAVAILABLE;
    }
    return muster.isComplete() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static boolean isExposed(Json.Obj status) {
    return status != null && status.flag("exposed");
  }

  private static String complaint(ClusterStatus.Answer silent) {
    String at = "" + silent.endpoint();
    return silent.error().startsWith(at) ? silent.error() : at + ": " + silent.error();
  }

  private static String table(ClusterStatus muster) {
    Columns columns =
        new Columns(
            "MEMBER",
            "ENDPOINT",
            "KIND",
            "ROLE",
            "TERM",
            "LAST",
            "COMMIT",
            "APPLIED",
            "LAG",
            "SNAPSHOT",
            "KEYS",
            "SYNC",
            "SINCE",
            "VERSION");
    for (ClusterStatus.Answer each : muster.answers()) columns.add(row(each, muster));
    return columns.text();
  }

  private static List<String> row(ClusterStatus.Answer answer, ClusterStatus muster) {
    Json.Obj status = answer.status();
    if (status == null) {
      List<String> row = new ArrayList<>(List.of("-", "" + answer.endpoint(), answer.kind()));
      row.add("silent");
      while (row.size() < 14) row.add("-");
      return row;
    }
    return List.of(
        Admin.text(status, "id"),
        "" + answer.endpoint(),
        answer.kind(),
        Admin.text(status, "role") + trouble(status),
        Admin.text(status, "term"),
        Admin.text(status, "lastIndex"),
        Admin.text(status, "commitIndex"),
        Admin.text(status, "appliedIndex"),
        lag(answer, muster),
        Admin.text(status, "snapshotIndex"),
        Admin.text(status, "keys"),
        sync(status),
        since(Admin.number(status, "roleSinceMillis", -1)),
        Admin.text(status, "version"));
  }

  private static String trouble(Json.Obj status) {
    if (status.flag("diskFull")) return " (disk full)";
    if (status.flag("outOfFiles")) return " (too many files open)";
    if (!(status.get("memory") instanceof Json.Obj memory)) return "";
    return switch (Admin.text(memory, "level")) {
      case "full" -> " (out of memory)";
      case "short" -> " (memory short)";
      default -> "";
    };
  }

  /// As the leader sees it, which knows all members; `?` for one that it knows nothing of.
  private static String lag(ClusterStatus.Answer answer, ClusterStatus muster) {
    ClusterStatus.Answer leader = muster.leader();
    if (leader == null) return "-";
    if (answer.id() == leader.id()) return "0";
    if (!leader.status().has("peers")) return "?";
    for (Json each : leader.status().list("peers", PEERS_MAX))
      if (each instanceof Json.Obj peer && Admin.number(peer, "id", -1) == answer.id())
        return Admin.text(peer, "lag");
    return "?";
  }

  private static String sync(Json.Obj status) {
    if (!(status.get("diskSyncMicros") instanceof Json.Obj sync)) return "-";
    long micros = Admin.number(sync, "p99", -1);
    return micros < 0 ? "-" : String.format(Locale.ROOT, "%.1fms", micros / 1e3);
  }

  /// `12s`, `3m04s`, `5h02m` or `3d04h`.
  static String since(long millis) {
    if (millis < 0) return "-";
    long seconds = millis / 1_000;
    if (seconds < 60) return seconds + "s";
    if (seconds < 3_600) return twoOf(seconds / 60, "m", seconds % 60, "s");
    if (seconds < 86_400) return twoOf(seconds / 3_600, "h", seconds / 60 % 60, "m");
    return twoOf(seconds / 86_400, "d", seconds / 3_600 % 24, "h");
  }

  private static String twoOf(long large, String unit, long small, String smaller) {
    return String.format(Locale.ROOT, "%d%s%02d%s", large, unit, small, smaller);
  }

  private static Json json(ClusterStatus muster) {
    List<Json> members = new ArrayList<>();
    for (ClusterStatus.Answer each : muster.answers()) {
      TreeMap<String, Json> member = new TreeMap<>();
      member.put("endpoint", new Json.Str("" + each.endpoint()));
      member.put("kind", new Json.Str(each.kind()));
      if (each.status() != null) member.put("status", each.status());
      if (each.error() != null) member.put("error", new Json.Str(each.error()));
      members.add(new Json.Obj(member));
    }
    TreeMap<String, Json> all = new TreeMap<>();
    ClusterStatus.Answer leader = muster.leader();
    all.put("ok", new Json.Bool(leader != null && muster.isComplete()));
    if (leader != null) all.put("leader", new Json.Num(BigDecimal.valueOf(leader.id()), true));
    all.put("members", new Json.Arr(members));
    return new Json.Obj(all);
  }
}
