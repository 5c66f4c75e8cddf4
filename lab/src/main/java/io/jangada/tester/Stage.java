package io.jangada.tester;

import io.jangada.bytes.Bytes;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.TimeoutException;

/// What one trial has to work with: the cluster, keys and clients of its own. A trial leaves the
/// cluster as it likes; [#restore] mends it.
final class Stage implements AutoCloseable {
  /// How long a busy machine may need for an election, or a server for its start.
  static final long MILLIS_MAX = 30_000;

  static final int REPLY_MILLIS_MAX = 10_000;

  private final ProcessCluster cluster;
  private final LeaderSearch search;
  private final String name;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private int clients;

  /// @param name of this stage alone; keys and sessions are named after it
  Stage(ProcessCluster cluster, String name) {
    this.cluster = cluster;
    this.search = new LeaderSearch(cluster);
    this.name = name;
  }

  ProcessCluster cluster() {
    return cluster;
  }

  /// A key that only this trial uses.
  String key(Object name) {
    return this.name + "-" + name;
  }

  /// A client that goes wherever the leader is.
  TextClient client() {
    TextClient client = new TextClient(cluster, name + "-" + clients++, TextClient.Patience.USUAL);
    opened.add(client);
    return client;
  }

  /// A connection to this server and no other.
  TextConnection connect(int server) throws IOException {
    return connect(server, REPLY_MILLIS_MAX);
  }

  TextConnection connect(int server, int replyMillisMax) throws IOException {
    TextConnection connection = cluster.connect(server, replyMillisMax);
    opened.add(connection);
    return connection;
  }

  // ---- who leads ----

  int leader() throws InterruptedException, TimeoutException {
    return search.await(MILLIS_MAX);
  }

  int leaderOtherThan(int server) throws InterruptedException, TimeoutException {
    return search.awaitOther(Set.of(server), MILLIS_MAX);
  }

  SortedSet<Integer> followersOf(int leader) {
    SortedSet<Integer> followers = cluster.awake();
    followers.remove(leader);
    return followers;
  }

  /// Starts whatever is down, lets go on whatever was stopped, and waits until all follow one.
  void restore() throws IOException, InterruptedException, TimeoutException {
    for (int id : cluster.ids()) {
      if (cluster.isUp(id) && !cluster.awake().contains(id)) cluster.resume(id);
      if (!cluster.isUp(id)) cluster.start(id);
    }
    awaitFollowers();
  }

  /// Waits until all servers that are awake follow one leader.
  void awaitFollowers() throws InterruptedException, TimeoutException {
    Waiting.need(
        "leader that all servers follow",
        MILLIS_MAX,
        () -> {
          Optional<Integer> leader = search.look();
          if (leader.isEmpty()) return Optional.empty();
          for (int id : followersOf(leader.get())) if (!follows(id, leader.get())) return none();
          return leader;
        });
  }

  private static Optional<Integer> none() {
    return Optional.empty();
  }

  private boolean follows(int server, int leader) throws IOException {
    try (TextConnection connection = cluster.connect(server, REPLY_MILLIS_MAX)) {
      return connection.get(key("nobody")).equals(new TextReply.Redirect(leader));
    }
  }

  // ---- what is expected ----

  /// The version in an `OK`.
  static long version(TextReply reply, String of) throws Failure {
    if (reply instanceof TextReply.Ok(long version)) return version;
    throw new Failure(of + " was answered " + reply);
  }

  static void expect(TextReply reply, TextReply wanted, String to) throws Failure {
    Failure.unless(
        reply.equals(wanted), to + " was answered " + brief(reply) + ", not " + brief(wanted));
  }

  /// A reply without a megabyte of data.
  private static String brief(TextReply reply) {
    return switch (reply) {
      case TextReply.Value(Bytes value) -> "a value of " + value.length() + " bytes " + head(value);
      case TextReply.Meta(long version, long exptime, Bytes value) ->
          "version " + version + ", " + exptime + " s, " + value.length() + " bytes " + head(value);
      case TextReply.Ok _,
          TextReply.Deleted _,
          TextReply.NotFound _,
          TextReply.OtherVersion _,
          TextReply.CommandError _,
          TextReply.InternalError _,
          TextReply.NoMemory _,
          TextReply.Forgotten _,
          TextReply.Redirect _ ->
          reply.toString();
    };
  }

  private static String head(Bytes value) {
    return value.length() <= 20 ? "'" + value.toUtf8() + "'" : "";
  }

  @Override
  public void close() {
    for (AutoCloseable each : opened) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
