package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import java.util.function.Consumer;

/// Looks for the leader of an election: the key that was created first. If that cannot be found
/// out, the call ends.
final class LeaderSearch implements PrefixReading.Reader {
  /// @param leader null for none
  /// @param revision at which that was so
  record Found(KeyValue leader, long revision, Moment moment) {}

  private final Call call;
  private final KeyRange all;
  private final Consumer<Found> then;
  private KeyValue first;

  private LeaderSearch(Call call, KeyRange all, Consumer<Found> then) {
    this.call = call;
    this.all = all;
    this.then = then;
  }

  /// @param revision of which the leader is wanted; 0 for the newest, and where it is no longer
  ///   kept
  static void begin(Call call, KeyRange all, long revision, Consumer<Found> then) {
    PrefixReading.begin(
        call,
        new Operation.Range(all, revision, Operation.Selection.ALL, Operation.Page.ALL),
        new LeaderSearch(call, all, then));
  }

  @Override
  public void found(KeyValue one) {
    if (first == null || one.revisions().created() < first.revisions().created()) first = one;
  }

  @Override
  public void end(long revision, Moment moment) {
    then.accept(new Found(first, revision, moment));
  }

  @Override
  public void failed(Outcome outcome) {
    if (PrefixReading.Reader.isOvertaken(outcome)) begin(call, all, 0, then);
    else call.end(Errors.of(call, outcome));
  }
}
