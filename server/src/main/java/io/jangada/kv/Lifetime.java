package io.jangada.kv;

/// How long the value of an [Operation.Put] lives. A value has a time of its own or a lease, never
/// both: each of these replaces what was there before.
public sealed interface Lifetime {
  /// No end.
  record ForEver() implements Lifetime {}

  /// @param ttl as [TimeToLive] has it, not 0: from the cluster time of the command on
  record Of(long ttl) implements Lifetime {
    public Of {
      if (ttl == 0 || !TimeToLive.isValid(ttl))
        throw new IllegalArgumentException("time to live " + ttl);
    }
  }

  /// As long as the lease; the result is [Result.Reason#LEASE_NOT_FOUND] where there is none.
  ///
  /// @param lease not 0
  record Leased(long lease) implements Lifetime {
    public Leased {
      if (lease == 0) throw new IllegalArgumentException("lease " + lease);
    }
  }

  /// The key's own deadline, so much later; for a key without one [Same].
  ///
  /// @param millis 1 or more
  record Extended(long millis) implements Lifetime {
    public Extended {
      if (millis < 1 || millis > MILLIS_MAX) throw new IllegalArgumentException("millis " + millis);
    }

    /// Some 285 years.
    public static final long MILLIS_MAX = 9_000_000_000_000L;
  }

  /// The deadline or the lease that the key has; none for a key that is not there.
  record Same() implements Lifetime {}
}
