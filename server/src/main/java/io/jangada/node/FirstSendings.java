package io.jangada.node;

import java.util.Map;
import java.util.TreeMap;

/// Which of the requests that followers forward come for the first time. Their numbers grow, and
/// the network may repeat and reorder them.
///
/// A leader that is out of memory may serve a copy of a request that it refused, when there is room
/// again. So it says that it refused one only if no copy came before, and loses all that come
/// later: then the request had no effect and will have none.
final class FirstSendings {
  /// Numbers that are further apart are of different runs of a follower.
  private static final long RUN = 1L << 40;

  private static final class Peer {
    /// The latest number that came.
    long latest;

    /// The greatest number of which a copy may have come.
    long copied;

    /// The greatest number that was refused.
    long refused;

    Peer(long number) {
      latest = number - 1;
      copied = number - 2 * RUN;
      refused = copied;
    }
  }

  private final Map<Integer, Peer> peers = new TreeMap<>();

  /// Notes that a request came. Returns false if it, or one after it, was refused.
  boolean note(int from, long number) {
    Peer peer = peers.computeIfAbsent(from, _ -> new Peer(number));
    if (!isAfter(number, peer.refused)) return false;
    if (isAfter(number, peer.latest)) peer.latest = number;
    else if (isAfter(number, peer.copied)) peer.copied = number;
    return true;
  }

  /// Refuses a request for good. Returns false if a copy may be served or wait.
  boolean refuse(int from, long number) {
    Peer peer = peers.get(from);
    if (!isAfter(number, peer.copied)) return false;
    if (isAfter(number, peer.refused)) peer.refused = number;
    return true;
  }

  private static boolean isAfter(long number, long other) {
    return other - number < 0 || other - number >= RUN;
  }
}
