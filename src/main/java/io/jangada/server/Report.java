package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// How a server stands, in the words of `admin status`, `admin members` and `/status`.
final class Report {
  private final ServerConfig config;
  private final Addresses addresses;
  private final Journal journal;
  private final DiskMeter meter;
  private final String version = Build.read().version();
  private final long startedNanos = System.nanoTime();

  Report(ServerConfig config, Addresses addresses, Journal journal, DiskMeter meter) {
    this.config = config;
    this.addresses = addresses;
    this.journal = journal;
    this.meter = meter;
  }

  Fields status(Status status) {
    DiskMeter.Recent syncs = meter.recent(DiskMeter.Part.LOG);
    Runtime runtime = Runtime.getRuntime();
    return new Fields()
        .put("id", status.id())
        .put("cluster", config.settings().text(Setting.CLUSTER))
        .put("version", version)
        .put("role", status.role())
        .put("term", status.term())
        .put("leader", status.leader())
        .put("lastIndex", status.last().index())
        .put("durableIndex", status.durable())
        .put("commitIndex", status.commit())
        .put("appliedIndex", status.applied())
        .put("snapshotIndex", status.snapshot().index())
        .put("keys", status.keys())
        .put("uptimeMillis", (System.nanoTime() - startedNanos) / 1_000_000)
        .put("roleSinceMillis", journal.roleMillis())
        .put("diskFull", journal.isDiskFull())
        .put("memoryBytes", runtime.totalMemory() - runtime.freeMemory())
        .put(
            "diskSyncMicros",
            new Fields()
                .put("count", syncs.count())
                .put("p50", syncs.p50())
                .put("p99", syncs.p99())
                .put("max", syncs.max()))
        .put("peers", peers(status));
  }

  private static List<Fields> peers(Status status) {
    List<Fields> peers = new ArrayList<>();
    status
        .match()
        .forEach(
            (peer, match) -> {
              if (peer != status.id())
                peers.add(
                    new Fields()
                        .put("id", peer)
                        .put("matchIndex", match)
                        .put("lag", Math.max(0, status.last().index() - match)));
            });
    return peers;
  }

  Fields members(Status status) {
    List<Fields> members = new ArrayList<>();
    Membership membership = status.membership();
    for (int id : membership.members()) {
      Fields member = new Fields().put("id", id).put("kind", kind(membership, id));
      addresses.of(id).ifPresent(at -> member.put("peer", at.peer()).put("client", at.client()));
      members.add(member);
    }
    return new Fields().put("leader", status.leader()).put("members", members);
  }

  private static String kind(Membership membership, int id) {
    if (membership.isVoter(id)) return "voter";
    return membership.joining().contains(id) ? "joining" : "learner";
  }

  /// The members that a leader heard of lately, itself included.
  Set<Integer> alive(Status status) {
    Set<Integer> alive = new TreeSet<>(status.match().keySet());
    alive.add(status.id());
    return alive;
  }
}
