package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.raft.Input;
import io.jangada.raft.RaftNode;
import java.util.function.LongSupplier;

/// Stamps commands with cluster time for a leader, and finds when something falls due by that time.
final class CommandStamper {
  private final ClusterClock clock;
  private final StateMachine state;
  private long expiryProposedFor;

  CommandStamper(ClusterClock clock, StateMachine state) {
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

  /// What falls due is removed by an entry of the log, proposed by the leader (TRAPS: never by a
  /// member's own clock). One proposal for a deadline is enough in a term.
  ///
  /// @param ticket gives the number of a new request
  void proposeExpiry(RaftNode raft, LongSupplier ticket, long now) {
    if (!raft.isEstablished() || !isExpiryDue(raft.applied(), now)) return;
    long before = raft.last().index();
    raft.step(new Input.Propose(ticket.getAsLong(), envelope(null, new Operation.Expire(), now)));
    if (raft.last().index() > before) expiryProposed(raft.last().index());
  }
}
