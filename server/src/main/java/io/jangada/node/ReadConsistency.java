package io.jangada.node;

/// How fresh a read has to be, and who serves it. `docs/READS.md` says what each kind promises.
public sealed interface ReadConsistency {
  /// Linearizable, served by the leader.
  record Linearizable() implements ReadConsistency {}

  /// Linearizable, served by the member that was asked, once it has applied what the leader names
  /// as committed (thesis §6.4). A leader serves it as [Linearizable].
  record Follower() implements ReadConsistency {}

  /// Served by the member that was asked, from a state that holds everything that was acknowledged
  /// so long before the read reached it, by its own clock, or earlier. A leader serves it as
  /// [Linearizable].
  ///
  /// @param millisMax 0 or more; with 0 it promises what [Follower] does
  record BoundedStale(long millisMax) implements ReadConsistency {
    public BoundedStale {
      if (millisMax < 0 || millisMax > MILLIS_MAX)
        throw new IllegalArgumentException(
            "millisMax " + millisMax + ", must be 0 to " + MILLIS_MAX);
    }

    /// A day.
    public static final long MILLIS_MAX = 86_400_000;
  }

  /// Served by the member that was asked from what it has applied, leader or not, however far
  /// behind that is. (etcd's serializable read.)
  record Local() implements ReadConsistency {}
}
