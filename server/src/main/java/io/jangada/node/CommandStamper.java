package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;

/// Stamps commands with cluster time for a leader. No stamp is 0: a store whose cluster time is 0
/// has seen no command.
record CommandStamper(ClusterClock clock, StateMachine state) {
  Bytes envelope(RequestId requestId, Operation.Command command, long nowNanos) {
    return CommandCodec.encode(new Envelope(requestId, stampMillis(nowNanos), command));
  }

  private long stampMillis(long nowNanos) {
    return Math.max(1, Math.max(clock.millis(nowNanos), state.kv().clusterTimeMillis()));
  }
}
