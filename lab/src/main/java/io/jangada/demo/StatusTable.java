package io.jangada.demo;

import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/// How each member stands, a line each.
final class StatusTable {
  private static final List<String> HEAD =
      List.of(
          "member",
          "state",
          "role",
          "term",
          "leader",
          "last",
          "commit",
          "applied",
          "snapshot",
          "keys");

  private StatusTable() {}

  static List<String> lines(DemoCluster cluster) throws InterruptedException {
    SortedMap<Integer, MemberState> standings = cluster.standings();
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    for (int id : cluster.ids()) rows.add(row(id, standings.get(id), cluster));
    return aligned(rows);
  }

  private static List<String> row(int id, MemberState status, DemoCluster cluster) {
    if (status == null) {
      List<String> row = new ArrayList<>(Collections.nCopies(HEAD.size(), "-"));
      row.set(0, EventNarrator.name(id));
      row.set(1, cluster.isStopped(id) ? "paused" : cluster.isUp(id) ? "silent" : "down");
      return row;
    }
    boolean known = status.leader() != Membership.NONE;
    long snapshot = status.snapshot();
    return List.of(
        EventNarrator.name(id),
        cluster.isCut(id) ? "cut" : "up",
        status.role(),
        "" + status.term(),
        known ? EventNarrator.name(status.leader()) : "-",
        "" + status.log().last(),
        "" + status.log().commit(),
        "" + status.log().applied(),
        snapshot == 0 ? "-" : "" + snapshot,
        "" + status.keys());
  }

  private static List<String> aligned(List<List<String>> rows) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int at = column;
        int width = rows.stream().mapToInt(other -> other.get(at).length()).max().orElse(0);
        line.append(row.get(column)).repeat(' ', width - row.get(column).length() + 2);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
