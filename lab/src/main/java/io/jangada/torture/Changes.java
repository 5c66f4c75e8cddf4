package io.jangada.torture;

import io.jangada.codec.Json;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.Waiting;
import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Has the cluster change its members. An order is given again and again until it is said to be
/// done, since the server that took it may be killed.
final class Changes {
  private static final int MEMBERS_MAX = 100;

  private final ProcessCluster cluster;
  private final AdminClient admin;
  private final RunLog runLog;

  Changes(ProcessCluster cluster, AdminClient admin, RunLog runLog) {
    this.cluster = cluster;
    this.admin = admin;
    this.runLog = runLog;
  }

  /// Makes room for who comes.
  void prepare(Change change) throws IOException {
    cluster.prepare(change.next());
  }

  private String line(Change change) {
    if (!change.joins()) return change.line("");
    ServerConfig.Entry entry = cluster.entry(change.next());
    return change.line(entry.hostname() + " " + entry.logPort() + " " + entry.clientPort());
  }

  /// Orders it until a server takes the order.
  void order(Change change, long millisMax) throws InterruptedException, TimeoutException {
    String line = line(change);
    Json.Obj said =
        Waiting.need(
            "leader that takes '" + line + "'",
            millisMax,
            () -> {
              Json.Obj reply = admin.ofLeader(line);
              if (!reply.flag("ok")) throw new IOException(reply.text("error"));
              return Optional.of(reply);
            });
    runLog.write(line + ": " + said.canonical().toUtf8());
  }

  /// Waits until it is so, and gives the order again as long as it is not: who took it may have
  /// died of something.
  void awaitDone(Change change, long millisMax) throws InterruptedException, TimeoutException {
    String line = line(change);
    String[] last = {""};
    try {
      Waiting.need(
          "end of '" + line + "'",
          millisMax,
          () -> {
            if (queryActive(change)) return Optional.of(true);
            last[0] = admin.ofLeader(line).canonical().toUtf8();
            return Optional.empty();
          });
    } catch (TimeoutException e) {
      throw new TimeoutException(e.getMessage() + "; the last order got " + last[0]);
    }
  }

  /// Whether a leader has such members, and what made them so is committed: what it had in its log
  /// afterwards is.
  private boolean queryActive(Change change) throws IOException {
    for (AdminClient.MemberStatus leader : admin.statuses().values()) {
      if (!leader.leads() || !querySuchMembers(leader.id(), change)) continue;
      long last = admin.status(leader.id()).progress().last();
      AdminClient.MemberStatus later = admin.status(leader.id());
      if (later.leads()
          && later.role().term() == leader.role().term()
          && later.progress().commit() >= last) return true;
    }
    return false;
  }

  private boolean querySuchMembers(int leader, Change change) throws IOException {
    boolean there = !change.joins();
    boolean gone = true;
    Json.Obj members = admin.json(leader, "members");
    for (Json each : members.list("members", MEMBERS_MAX)) {
      if (!(each instanceof Json.Obj member)) throw new IOException("no member: " + each);
      int id = member.number("id", Integer.MAX_VALUE);
      there |= id == change.next() && member.text("kind").equals("voter");
      gone &= id != change.old();
    }
    return there && gone && !members.flag("changing");
  }
}
