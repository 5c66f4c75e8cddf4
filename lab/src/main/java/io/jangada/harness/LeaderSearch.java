package io.jangada.harness;

import io.jangada.server.Setting;
import io.jangada.server.Settings;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;

/// Finds the leader by reading: the leader answers a read, all others reply `REDIRECT`. A read is
/// answered only by one whom a majority follows, so this one does lead, and not only believes so.
/// Where followers are configured to answer, too, servers are asked how they stand, and the one who
/// leads the latest term is believed.
public final class LeaderSearch {
  /// No test writes this key; a value would do no harm.
  private static final String KEY = "jangada-harness-who-leads";

  private static final int REPLY_MILLIS_MAX = 400;

  private final ProcessCluster cluster;
  private final boolean redirects;

  public LeaderSearch(ProcessCluster cluster) {
    this.cluster = cluster;
    Settings settings = cluster.settings();
    this.redirects =
        settings.is(Setting.FOLLOWERS, "redirect")
            && (settings.is(Setting.READS, "linearizable") || settings.is(Setting.READS, "lease"));
  }

  /// The leader now; empty when no server names one soon.
  public Optional<Integer> look() {
    return redirects ? lookByReading() : lookByStatus();
  }

  private Optional<Integer> lookByStatus() {
    return new AdminClient(cluster, REPLY_MILLIS_MAX).leader().map(AdminClient.MemberStatus::id);
  }

  private Optional<Integer> lookByReading() {
    SortedSet<Integer> unasked = cluster.awake();
    Deque<Integer> next = new ArrayDeque<>(unasked);
    while (!next.isEmpty()) {
      int server = next.pop();
      if (!unasked.remove(server)) continue;
      Optional<Integer> named = query(server);
      if (named.isPresent() && named.get() == server) return named;
      named.ifPresent(next::push);
    }
    return Optional.empty();
  }

  /// Whom this server names, itself included.
  private Optional<Integer> query(int server) {
    try (TextConnection connection = cluster.connect(server, REPLY_MILLIS_MAX)) {
      return switch (connection.get(KEY)) {
        // One that names itself and does not answer is about to: it is asked again later.
        case TextReply.Redirect(int leader) when leader != server -> Optional.of(leader);
        case TextReply.NotFound _, TextReply.Value _ -> Optional.of(server);
        default -> Optional.empty();
      };
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Waits until there is a leader.
  public int await(long millisMax) throws InterruptedException, TimeoutException {
    return Waiting.need("leader", millisMax, this::look);
  }

  /// Waits until there is a leader other than these.
  public int awaitOther(Set<Integer> not, long millisMax)
      throws InterruptedException, TimeoutException {
    String others = not.isEmpty() ? "leader" : "leader beside " + new TreeSet<>(not);
    return Waiting.need(others, millisMax, () -> look().filter(leader -> !not.contains(leader)));
  }
}
