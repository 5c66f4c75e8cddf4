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

  /// The deadline or the lease that the key has; none for a key that is not there.
  record Same() implements Lifetime {}
}
