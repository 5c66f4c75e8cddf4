package io.jangada.sim;

import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/// The leases, without their keys: each key says itself which lease it has.
final class SlowLeases {
  private record Lease(long ttlMillis, long deadlineMillis) {
    boolean isDue(long nowMillis) {
      return deadlineMillis <= nowMillis;
    }
  }

  private final TreeMap<Long, Lease> leases = new TreeMap<>();

  /// @param drawn the number to begin with where none is given
  Result grant(Operation.Grant grant, long drawn, long nowMillis) {
    long number = grant.lease() == 0 ? drawn : grant.lease();
    while (grant.lease() == 0 && leases.containsKey(number)) number++;
    if (leases.containsKey(number)) return new Result.Refused(Result.Reason.LEASE_EXISTS);
    if (leases.size() == KvLimits.LEASES_MAX)
      return new Result.Refused(Result.Reason.TOO_MANY_LEASES);
    leases.put(number, new Lease(grant.ttlMillis(), nowMillis + grant.ttlMillis()));
    return new Result.Granted(number, grant.ttlMillis());
  }

  /// @param isPermitted whether a lease that is there may be kept alive
  Result keepAlive(List<Long> numbers, long nowMillis, LongPredicate isPermitted) {
    List<Long> ttls = new ArrayList<>();
    for (long number : numbers) {
      if (isAlive(number, nowMillis) && !isPermitted.test(number)) ttls.add(-1L);
      else if (isAlive(number, nowMillis)) {
        long ttlMillis = leases.get(number).ttlMillis;
        leases.put(number, new Lease(ttlMillis, nowMillis + ttlMillis));
        ttls.add(ttlMillis);
      } else ttls.add(0L);
    }
    return new Result.KeptAlive(ttls);
  }

  boolean contains(long number) {
    return leases.containsKey(number);
  }

  /// Whether it is there and not due.
  boolean isAlive(long number, long nowMillis) {
    return leases.containsKey(number) && !leases.get(number).isDue(nowMillis);
  }

  void remove(long number) {
    leases.remove(number);
  }

  /// The numbers of those that are due, soonest first.
  List<Long> due(long nowMillis) {
    return leases.entrySet().stream()
        .filter(each -> each.getValue().isDue(nowMillis))
        .sorted(
            Comparator.comparingLong((Map.Entry<Long, Lease> e) -> e.getValue().deadlineMillis)
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .toList();
  }

  List<Long> numbers() {
    return List.copyOf(leases.keySet());
  }

  long ttlMillis(long number) {
    return leases.get(number).ttlMillis;
  }

  long leftMillis(long number, long nowMillis) {
    return Math.max(0, leases.get(number).deadlineMillis - nowMillis);
  }

  long nextDeadlineMillis() {
    return leases.values().stream().mapToLong(Lease::deadlineMillis).min().orElse(Long.MAX_VALUE);
  }
}
