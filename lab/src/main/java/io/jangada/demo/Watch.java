package io.jangada.demo;

import io.jangada.raft.Membership;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/// Looks at processes, which tell nothing by themselves, again and again: who leads, who follows
/// whom, who has ended. What comes and goes between two looks is not seen.
final class Watch {
  private static final long LOOK_MILLIS = 30;

  private final OuterCluster cluster;
  private final EventNarrator story;
  private final Thread thread;
  private final ConcurrentSkipListSet<Integer> killed = new ConcurrentSkipListSet<>();
  private final Map<Integer, String> told = new TreeMap<>();
  private volatile boolean over;

  Watch(OuterCluster cluster, EventNarrator story) {
    this.cluster = cluster;
    this.story = story;
    this.thread = Thread.ofPlatform().daemon().name("watch").unstarted(this::look);
  }

  /// Looks from now on; once is enough.
  void begin() {
    killed.removeIf(cluster::isUp);
    if (thread.getState() == Thread.State.NEW) thread.start();
  }

  /// That it ends is nothing to be told.
  void expectEnd(int id) {
    killed.add(id);
  }

  void end() {
    over = true;
    thread.interrupt();
  }

  private void look() {
    try {
      while (!over) {
        cluster.standings().values().forEach(this::see);
        for (int id : new TreeSet<>(told.keySet())) if (!cluster.isUp(id)) seeEnd(id);
        cluster.pause(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      // The demo ends.
    }
  }

  private void see(MemberState standing) {
    int id = standing.id();
    String line = "";
    if (standing.leads()) {
      cluster.leadership().elected(id, standing.term());
      line = "leads term " + standing.term();
    } else {
      cluster.leadership().ended(id);
      if (standing.leader() != Membership.NONE)
        line = "follows " + EventNarrator.name(standing.leader()) + " in term " + standing.term();
    }
    if (line.equals(told.put(id, line)) || line.isEmpty()) return;
    story.tell(id, line);
  }

  private void seeEnd(int id) {
    told.remove(id);
    if (killed.contains(id) || over) return;
    cluster.leadership().ended(id);
    story.tell(id, "has ended by itself: " + cluster.processes().output(id) + " says why");
  }
}
