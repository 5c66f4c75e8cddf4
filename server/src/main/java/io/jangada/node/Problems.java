package io.jangada.node;

import io.jangada.raft.RaftEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What operators should look at, gathered from the protocol's events. Each is reported for a
/// minute after it was last so.
final class Problems {
  private static final long SHOWN_NANOS = 60_000_000_000L;

  private record Problem(String text, long nanos) {}

  /// By the member that it is about.
  private final SortedMap<Integer, Problem> byMember = new TreeMap<>();

  private long messagesRefused;

  void event(RaftEvent event, long now) {
    if (event instanceof RaftEvent.MessageRefused(int from, String law)) {
      messagesRefused++;
      byMember.put(from, new Problem("refuses messages of member " + from + ": " + law, now));
    } else if (event instanceof RaftEvent.AcknowledgementLost(int member, long match)) {
      String text = "member " + member + " lost entries that it acknowledged, up to index " + match;
      byMember.put(member, new Problem(text, now));
    }
  }

  /// How the member is.
  ///
  /// @param waitsFor what it waits for before its answers count; empty for nothing
  Status.Health health(String waitsFor, boolean isRemoved, Digests digests, long now) {
    byMember.values().removeIf(problem -> now - problem.nanos > SHOWN_NANOS);
    List<String> texts = new ArrayList<>();
    byMember.values().forEach(problem -> texts.add(problem.text));
    if (!digests.problem().isEmpty()) texts.add(digests.problem());
    String unready = waitsFor;
    if (isRemoved) unready = "was removed from the cluster";
    if (digests.differs()) unready = digests.problem();
    return new Status.Health(unready, waitsFor, texts, digests.differs(), messagesRefused);
  }
}
