package io.jangada.demo;

import io.jangada.cli.cluster.Columns;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/// How each member stands, a line each.
final class StatusTable {
  private static final String[] HEAD = {
    "member", "state", "role", "term", "leader", "last", "commit", "applied", "snapshot", "keys"
  };

  private StatusTable() {}

  static String text(DemoCluster cluster) throws InterruptedException {
    SortedMap<Integer, Status> statuses = cluster.statuses();
    Columns table = new Columns(HEAD);
    for (int id : cluster.ids()) table.add(row(id, statuses.get(id), cluster));
    return table.text();
  }

  private static List<String> row(int id, Status status, DemoCluster cluster) {
    if (status == null) {
      List<String> row = new ArrayList<>(Collections.nCopies(HEAD.length, "-"));
      row.set(0, EventNarrator.name(id));
      row.set(1, cluster.isUp(id) ? "silent" : "down");
      return row;
    }
    boolean known = status.role().leader() != Membership.NONE;
    long snapshot = status.log().snapshot().index();
    return List.of(
        EventNarrator.name(id),
        cluster.isCut(id) ? "cut" : "up",
        status.role().name(),
        "" + status.role().term(),
        known ? EventNarrator.name(status.role().leader()) : "-",
        "" + status.log().last().index(),
        "" + status.log().commit(),
        "" + status.state().applied(),
        snapshot == 0 ? "-" : "" + snapshot,
        "" + status.state().keys());
  }
}
