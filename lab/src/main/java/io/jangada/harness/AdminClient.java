package io.jangada.harness;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/// The `admin` commands of a cluster's servers, over connections of their own.
public final class AdminClient {
  private final ProcessCluster cluster;
  private final int replyMillisMax;

  /// @param replyMillisMax how long a server may take
  public AdminClient(ProcessCluster cluster, int replyMillisMax) {
    this.cluster = cluster;
    this.replyMillisMax = replyMillisMax;
  }

  /// How one member stands, by its own word.
  ///
  /// @param raw all that it said
  public record MemberStatus(int id, Role role, Progress progress, Json.Obj raw) {
    public boolean leads() {
      return role.name.equals("leader");
    }
  }

  /// @param leader whom it follows, itself if it leads; empty when it knows none
  public record Role(String name, long term, OptionalInt leader) {}

  /// Positions in the log.
  ///
  /// @param keys how many it has
  public record Progress(long last, long commit, long applied, long snapshot, long keys) {}

  /// A server's reply to one command.
  public TextReply request(int server, String line) throws IOException {
    try (TextConnection connection = cluster.connect(server, replyMillisMax)) {
      return connection.request("admin " + line);
    }
  }

  /// A server's reply to one command, as JSON.
  ///
  /// @throws IOException when it is no JSON
  public Json.Obj json(int server, String line) throws IOException {
    TextReply reply = request(server, line);
    if (reply instanceof TextReply.Value(Bytes value)) return parsed(value);
    throw new ProtocolException("'admin " + line + "' was answered " + reply);
  }

  /// The same of the leader, found by following `REDIRECT`.
  ///
  /// @throws IOException when no leader replies, or the reply is no JSON
  public Json.Obj ofLeader(String line) throws IOException {
    SortedSet<Integer> awake = cluster.awake();
    if (awake.isEmpty()) throw new IOException("no server runs");
    int server = awake.first();
    for (int asked = 0; asked <= awake.size(); asked++) {
      switch (request(server, line)) {
        case TextReply.Value(Bytes value) -> {
          return parsed(value);
        }
        case TextReply.Redirect(int leader) -> server = leader;
        case TextReply other ->
            throw new ProtocolException("'admin " + line + "' was answered " + other);
      }
    }
    throw new IOException("servers name each other as the leader");
  }

  private static Json.Obj parsed(Bytes value) throws IOException {
    byte[] bytes = value.toArray();
    try {
      if (new JsonReader().read(bytes, 0, bytes.length) instanceof Json.Obj object) return object;
    } catch (MalformedException e) {
      throw new ProtocolException(e.getMessage());
    }
    throw new ProtocolException("no JSON object: " + value);
  }

  public MemberStatus status(int server) throws IOException {
    Json.Obj said = json(server, "status");
    try {
      long leader = said.number("leader", Integer.MIN_VALUE, Integer.MAX_VALUE);
      Progress progress =
          new Progress(
              index(said, "lastIndex"),
              index(said, "commitIndex"),
              index(said, "appliedIndex"),
              index(said, "snapshotIndex"),
              index(said, "keys"));
      OptionalInt known = leader < 0 ? OptionalInt.empty() : OptionalInt.of((int) leader);
      int id = said.number("id", Integer.MAX_VALUE);
      Role role = new Role(said.text("role"), index(said, "term"), known);
      return new MemberStatus(id, role, progress, said);
    } catch (MalformedException e) {
      throw new ProtocolException(e.getMessage());
    }
  }

  private static long index(Json.Obj said, String name) {
    return said.number(name, 0, Long.MAX_VALUE);
  }

  /// Of each server that answers.
  public SortedMap<Integer, MemberStatus> statuses() {
    SortedMap<Integer, MemberStatus> statuses = new TreeMap<>();
    for (int server : cluster.awake()) {
      try {
        statuses.put(server, status(server));
      } catch (IOException | IllegalArgumentException e) {
        // It is not there, or not yet, or no server of this cluster any more.
      }
    }
    return statuses;
  }

  /// The leader of the latest term: one of an earlier term may not know yet that it was deposed.
  public Optional<MemberStatus> leader() {
    return statuses().values().stream()
        .filter(MemberStatus::leads)
        .max(Comparator.comparingLong(status -> status.role().term()));
  }

  /// The leader, if every server runs, follows it, counts, and has applied what was committed when
  /// this was called, and no voters are being exchanged.
  public Optional<MemberStatus> whole() {
    Optional<MemberStatus> leader = followedByAll(statuses());
    if (leader.isEmpty()) return leader;
    long committed = leader.get().progress().commit();
    SortedMap<Integer, MemberStatus> later = statuses();
    boolean whole = later.keySet().equals(cluster.ids());
    for (MemberStatus status : later.values())
      whole &= status.progress().applied() >= committed && status.raw().text("unready").isEmpty();
    return whole && querySettled(leader.get().id()) ? leader : Optional.empty();
  }

  private boolean querySettled(int leader) {
    try {
      return !json(leader, "members").flag("changing");
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<MemberStatus> followedByAll(SortedMap<Integer, MemberStatus> statuses) {
    Optional<MemberStatus> leader =
        statuses.values().stream().filter(MemberStatus::leads).findFirst();
    if (leader.isEmpty() || !statuses.keySet().equals(cluster.ids())) return Optional.empty();
    for (MemberStatus status : statuses.values())
      if (status.role().term() != leader.get().role().term()
          || !status.role().leader().equals(OptionalInt.of(leader.get().id())))
        return Optional.empty();
    return leader;
  }

  /// Waits until the cluster is whole.
  ///
  /// @throws TimeoutException when it is not in time, with what its members said last
  public MemberStatus awaitWhole(long millisMax) throws InterruptedException, TimeoutException {
    try {
      return Waiting.need("cluster in which all have caught up", millisMax, this::whole);
    } catch (TimeoutException e) {
      StringBuilder said = new StringBuilder(e.getMessage());
      for (MemberStatus status : statuses().values())
        said.append("\n").append(status.raw().canonical().toUtf8());
      throw new TimeoutException(said.toString());
    }
  }
}
