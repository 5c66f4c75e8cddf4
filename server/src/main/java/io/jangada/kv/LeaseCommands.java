package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// What commands and reads do with leases, beside their ends.
final class LeaseCommands {
  private final Keyspace keys;
  private final Leases leases;
  private final LongSupplier clusterTimeMillis;

  /// @param clusterTimeMillis of the command that is carried out
  LeaseCommands(Keyspace keys, LongSupplier clusterTimeMillis) {
    this.keys = keys;
    this.leases = keys.leases;
    this.clusterTimeMillis = clusterTimeMillis;
  }

  /// Whether there is such a lease and it is not due.
  boolean isAlive(long number) {
    Leases.Lease lease = leases.get(number);
    return lease != null && lease.deadlineMillis > clusterTimeMillis.getAsLong();
  }

  Result grant(Operation.Grant grant, long index) {
    long number = grant.lease() == 0 ? draw(index) : grant.lease();
    if (leases.get(number) != null) return new Result.Refused(Result.Reason.LEASE_EXISTS);
    if (leases.size() >= KvLimits.LEASES_MAX)
      return new Result.Refused(Result.Reason.TOO_MANY_LEASES);
    leases.add(
        new Leases.Lease(
            number, grant.ttlMillis(), clusterTimeMillis.getAsLong() + grant.ttlMillis()));
    return new Result.Granted(number, grant.ttlMillis());
  }

  private long draw(long index) {
    long number = index;
    while (leases.get(number) != null) number++;
    return number;
  }

  /// @param isPermitted whether the caller may keep a lease alive that is there
  Result keepAlive(List<Long> numbers, LongPredicate isPermitted) {
    List<Long> ttls = new ArrayList<>(numbers.size());
    for (long number : numbers) {
      boolean isAlive = isAlive(number);
      boolean isDenied = isAlive && !isPermitted.test(number);
      Leases.Lease lease = leases.get(number);
      if (isDenied) ttls.add(Result.KeptAlive.DENIED);
      else ttls.add(isAlive ? lease.ttlMillis : 0);
      if (isAlive && !isDenied)
        leases.keepAlive(lease, clusterTimeMillis.getAsLong() + lease.ttlMillis);
    }
    return new Result.KeptAlive(ttls);
  }

  Result read(Operation.GetLease read) {
    Leases.Lease lease = leases.get(read.lease());
    if (lease == null) return new Result.Refused(Result.Reason.LEASE_NOT_FOUND);
    List<Bytes> held = new ArrayList<>();
    // What finds them to be removed finds them to be read.
    if (read.keys())
      new Removal.OfLease(keys, lease).finish(head -> held.add(keys.key(head).compact()));
    long bytes = 0;
    int shown = 0;
    while (shown < held.size() && bytes <= KvLimits.RESULT_BYTES_MAX)
      bytes += Integer.BYTES + (long) held.get(shown++).length();
    if (bytes > KvLimits.RESULT_BYTES_MAX) shown--;
    long left = Math.max(0, lease.deadlineMillis - clusterTimeMillis.getAsLong());
    return new Result.Leased(lease.number, lease.ttlMillis, left, held.subList(0, shown));
  }
}
