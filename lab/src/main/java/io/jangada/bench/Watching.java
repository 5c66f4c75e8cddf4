package io.jangada.bench;

import java.util.Optional;
import org.HdrHistogram.Histogram;

/// How soon watchers see a put, and what many of them cost.
///
/// @param atLeader nanoseconds from a put's acknowledgement to its event, of one watcher; 0 where
///   the event comes first
/// @param atFollower the same; empty where there is no follower
/// @param alone puts without watchers
/// @param watched puts with them
public record Watching(
    Histogram atLeader,
    Optional<Histogram> atFollower,
    Measured alone,
    Measured watched,
    Crowd crowd) {
  /// @param load puts; each key is watched by one watcher
  /// @param all watchers of all keys, of which one does not read as long as is measured
  public record Plan(Load load, int all) {
    public static final int ALL_MAX = 1_000;
  }

  /// The watchers.
  ///
  /// @param perSecond events, while it was measured
  /// @param missed events that did not come, of those that were to
  /// @param overtaken watchers that were told that what they need is not kept
  /// @param catchUpSeconds until the one that had not read was up to date; empty if it was
  ///   overtaken
  public record Crowd(
      double perSecond,
      long missed,
      int overtaken,
      Optional<Double> catchUpSeconds,
      Memory memory) {}

  /// Bytes, as far as they can be found out.
  ///
  /// @param heapBefore of the leader, without garbage, before there were watchers
  /// @param heapAfter when all was measured
  /// @param serversBefore the memory of all servers, before there were watchers
  /// @param serversAfter at the end of the time in which one did not read
  public record Memory(
      Optional<Long> heapBefore,
      Optional<Long> heapAfter,
      Optional<Long> serversBefore,
      Optional<Long> serversAfter) {}

  public boolean isGood() {
    return alone.isGood() && watched.isGood() && crowd.missed == 0;
  }
}
