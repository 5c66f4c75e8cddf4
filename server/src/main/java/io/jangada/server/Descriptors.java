package io.jangada.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How many descriptors a process may have open, and has open already. What is left is shared out
/// at the start, so that clients never hold those that the log, the snapshots and the other servers
/// need.
///
/// @param max a large number where the system does not say
record Descriptors(long max, long open) {
  private static final long UNKNOWN_MAX = 1L << 30;

  /// For the log, the snapshots, directories, libraries that are opened late, and looking at
  /// `/proc`.
  static final int FILES = 40;

  /// For each other server: a link each way, and one that takes the place of another.
  static final int FOR_EACH_PEER = 3;

  /// Servers that may still be added, beside those that are listed.
  private static final int MORE_PEERS = 4;

  /// Where descriptors are few, what is not for clients within the maximum gets a tenth each of
  /// what is left, but no less than that.
  private static final int SHARE_MIN = 8;

  private static final int ADMINS_MIN = 4;

  /// How many connections of each kind there may be.
  ///
  /// @param clients within the maximum
  /// @param admins of administration beyond that
  /// @param newConnections of clients beyond that, and as many at the log port before they say
  ///   hello
  /// @param http at the HTTP port
  /// @param missing how many descriptors more it would take for all to be safe; 0 for none
  record Shares(int clients, int admins, int newConnections, int http, long missing) {}

  static Descriptors ofThisProcess() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix))
      return new Descriptors(UNKNOWN_MAX, 0);
    long limit = unix.getMaxFileDescriptorCount();
    long max = limit > 0 ? limit : UNKNOWN_MAX;
    try {
      return new Descriptors(max, unix.getOpenFileDescriptorCount());
    } catch (InternalError e) {
      // To count them takes one, and there is none.
      return new Descriptors(max, max);
    }
  }

  /// The same with more that are open, or will be: connections whose TLS handshake is unfinished.
  Descriptors withOpen(int more) {
    return new Descriptors(max, open + more);
  }

  /// @param most the shares where descriptors are plenty
  /// @param peers how many other servers there are
  Shares share(Shares most, int peers) {
    long left = max - open - FILES - (long) FOR_EACH_PEER * (peers + MORE_PEERS);
    if (left >= (long) most.clients + most.admins + 2L * most.newConnections + most.http)
      return most;
    int newConnections = (int) Math.min(most.newConnections, Math.max(left / 10, SHARE_MIN));
    int http = (int) Math.min(most.http, Math.max(left / 10, SHARE_MIN));
    int admins = (int) Math.min(most.admins, Math.max(left / 40, ADMINS_MIN));
    long clients = left - 2L * newConnections - http - admins;
    long missing = Math.max(0, SHARE_MIN - clients);
    int served = (int) Math.min(most.clients, Math.max(clients, SHARE_MIN));
    return new Shares(served, admins, newConnections, http, missing);
  }
}
