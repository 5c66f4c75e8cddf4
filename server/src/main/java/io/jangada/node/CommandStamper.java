package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.Operation;
import io.jangada.kv.auth.Caller;

/// Stamps commands with cluster time for a leader. No stamp is 0: a store whose cluster time is 0
/// has seen no command.
record CommandStamper(ClusterClock clock, StateMachine state) {
  /// The envelope of a client's command.
  Bytes envelope(Event.Submit submit, Operation.Command command, long nowNanos) {
    var envelope =
        new Envelope(submit.caller(), submit.requestId(), stampMillis(nowNanos), command);
    return CommandCodec.encode(envelope);
  }

  /// The envelope of a command that is never sent again.
  ///
  /// @param caller null where it is not said who asks
  Bytes envelope(Caller caller, Operation.Command command, long nowNanos) {
    return CommandCodec.encode(new Envelope(caller, null, stampMillis(nowNanos), command));
  }

  private long stampMillis(long nowNanos) {
    return Math.max(1, Math.max(clock.millis(nowNanos), state.kv().clusterTimeMillis()));
  }
}
