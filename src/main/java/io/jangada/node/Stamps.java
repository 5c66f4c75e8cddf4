package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;

/// Stamps commands with cluster time for a leader, and tells it when something falls due by that
/// time.
final class Stamps {
  private final ClusterClock clock;
  private final StateMachine state;
  private long expiryProposedFor;

  Stamps(ClusterClock clock, StateMachine state) {
    this.clock = clock;
    this.state = state;
  }

  Bytes envelope(RequestId requestId, Operation.Command command, long nowNanos) {
    long stamp = Math.max(clock.millis(nowNanos), state.kv().clusterTimeMillis());
    return CommandCodec.encode(new Envelope(requestId, stamp, command));
  }

  /// Whether something is due, and no proposal to remove it is under way.
  ///
  /// @param applied up to here the log is applied
  boolean isExpiryDue(long applied, long nowNanos) {
    long due = state.kv().nextDeadlineMillis();
    if (due == Long.MAX_VALUE || applied < expiryProposedFor) return false;
    return clock.millis(nowNanos) >= due;
  }

  /// To remove what is due was proposed as the entry `index`.
  void expiryProposed(long index) {
    expiryProposedFor = index;
  }

  /// What was proposed in another term may never be committed.
  void termBegan() {
    expiryProposedFor = 0;
  }
}
