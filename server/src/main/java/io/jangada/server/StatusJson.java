package io.jangada.server;

import io.jangada.codec.Json;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// How a server stands, in the words of `admin status`, `admin members` and `/status`.
final class StatusJson {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ServerConfig config;
  private final Addresses addresses;
  private final DiskMeter meter;
  private final DataSize size;
  private final String version = Build.read().version();
  private final long startedNanos = System.nanoTime();

  /// Whether other machines reach the client port: found out when it is first asked for, for a name
  /// may have to be looked up.
  private final Map<Integer, Boolean> reached = new ConcurrentHashMap<>();

  StatusJson(ServerConfig config, Addresses addresses, DiskMeter meter, DataSize size) {
    this.config = config;
    this.addresses = addresses;
    this.meter = meter;
    this.size = size;
  }

  JsonObjectBuilder status(Status status) {
    Runtime runtime = Runtime.getRuntime();
    return new JsonObjectBuilder()
        .put("id", status.role().id())
        .put("cluster", config.settings().text(Setting.CLUSTER))
        .put("clusterId", clusterId(status))
        .put("version", version)
        .put("role", status.role().name())
        .put("roleSinceMillis", status.role().sinceMillis())
        .put("probation", status.health().rejoining())
        .put("unready", status.health().unready())
        .put("authentication", status.state().contents().checksUsers())
        .put("exposed", isExposed(status))
        .put("problems", problems(status))
        .put("term", status.role().term())
        .put("leader", status.role().leader())
        .put("lastIndex", status.log().last().index())
        .put("durableIndex", status.log().durable())
        .put("commitIndex", status.log().commit())
        .put("appliedIndex", status.state().applied())
        .put("snapshotIndex", status.log().snapshot().index())
        .put("logBytes", status.log().bytes())
        .put("keys", status.state().keys())
        .put("leases", status.state().contents().leases())
        .put("revision", status.state().contents().revision())
        .put("compactedRevision", status.state().contents().compacted())
        .put("watches", watches(status.usage().watching()))
        .put("dataBytes", size.bytes())
        .put("digest", Long.toHexString(status.state().digest()))
        .put("clusterTimeMillis", status.state().clusterTimeMillis())
        .put("restoring", status.state().restoring())
        .put("snapshotting", status.usage().work().snapshotting())
        .put("handingOver", status.usage().work().handingOver())
        .put("pending", status.usage().work().pending())
        .put("awaitingLeader", status.usage().work().awaitingLeader())
        .put("uptimeMillis", (System.nanoTime() - startedNanos) / NANOS_PER_MILLI)
        .put("diskFull", status.usage().diskFull() && !meter.isLogOutOfFiles())
        .put("outOfFiles", meter.isOutOfFiles())
        .put("memory", memory(status.usage().memory()))
        .put("memoryBytes", runtime.totalMemory() - runtime.freeMemory())
        .put("diskSyncMicros", syncs())
        .put("peers", peers(status));
  }

  /// Whether anyone on another machine may read and write everything.
  boolean isExposed(Status status) {
    if (status.state().contents().checksUsers()) return false;
    return reached.computeIfAbsent(
        status.role().id(), id -> config.find(id).map(config::listensBeyondLoopback).orElse(true));
  }

  private static String clusterId(Status status) {
    return Long.toHexString(status.membership().clusterId());
  }

  private static Json problems(Status status) {
    List<Json> problems = new ArrayList<>();
    for (String problem : status.health().problems()) problems.add(new Json.Str(problem));
    return new Json.Arr(problems);
  }

  private static JsonObjectBuilder watches(Status.Watching watching) {
    return new JsonObjectBuilder()
        .put("count", watching.watches())
        .put("lagging", watching.lagging())
        .put("events", watching.events())
        .put("overtaken", watching.overtaken());
  }

  private static JsonObjectBuilder memory(Status.Memory memory) {
    return new JsonObjectBuilder()
        .put("level", memory.level().name().toLowerCase(Locale.ROOT))
        .put("limit", memory.bytesMax())
        .put("used", memory.used())
        .put("data", memory.use().data())
        .put("history", memory.use().history())
        .put("sessions", memory.use().sessions())
        .put("log", memory.use().log())
        .put("requests", memory.use().requests())
        .put("refused", memory.refused());
  }

  private JsonObjectBuilder syncs() {
    DiskMeter.Recent syncs = meter.recent(DiskMeter.Part.LOG);
    return new JsonObjectBuilder()
        .put("count", syncs.count())
        .put("p50", syncs.p50())
        .put("p99", syncs.p99())
        .put("max", syncs.max());
  }

  private static List<JsonObjectBuilder> peers(Status status) {
    List<JsonObjectBuilder> peers = new ArrayList<>();
    status
        .replication()
        .peers()
        .forEach(
            (id, peer) ->
                peers.add(
                    new JsonObjectBuilder()
                        .put("id", id)
                        .put("matchIndex", peer.match())
                        .put("lag", peer.lag())
                        .put("lastHeardMillis", peer.contactMillis())
                        .put("installing", peer.installing())));
    return peers;
  }

  JsonObjectBuilder members(Status status) {
    return new JsonObjectBuilder()
        .put("leader", status.role().leader())
        .put("changing", status.membership().isJoint())
        .put("members", members(status.membership()));
  }

  private List<JsonObjectBuilder> members(Membership membership) {
    List<JsonObjectBuilder> members = new ArrayList<>();
    for (int id : membership.members()) {
      JsonObjectBuilder member =
          new JsonObjectBuilder().put("id", id).put("kind", kind(membership, id));
      addresses
          .of(id)
          .ifPresent(
              at -> member.put("peer", at.peer()).put("client", at.client().orElse("unknown")));
      members.add(member);
    }
    return members;
  }

  private static String kind(Membership membership, int id) {
    if (membership.isVoter(id)) return "voter";
    return membership.joining().contains(id) ? "joining" : "learner";
  }

  /// The members that a leader heard of within the shortest election timeout, itself included.
  Set<Integer> alive(Status status) {
    long millisMax = config.settings().low(Setting.ELECTION_TIMEOUT_MILLIS);
    Set<Integer> alive = new TreeSet<>();
    alive.add(status.role().id());
    status
        .replication()
        .peers()
        .forEach(
            (id, peer) -> {
              if (peer.contactMillis() <= millisMax) alive.add(id);
            });
    return alive;
  }

  /// What a backup is made of.
  JsonObjectBuilder backup(SnapshotMeta meta) {
    return new JsonObjectBuilder()
        .put("cluster", config.settings().text(Setting.CLUSTER))
        .put("index", meta.last().index())
        .put("term", meta.last().term())
        .put("chunks", meta.chunks())
        .put("bytes", meta.sizeBytes())
        .put("crc32c", Integer.toUnsignedLong(meta.crc32c()))
        .put("membership", Base64.getEncoder().encodeToString(meta.membership().encode().toArray()))
        .put("members", members(meta.membership()));
  }
}
