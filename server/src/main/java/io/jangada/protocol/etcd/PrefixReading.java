package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;

/// Shows the keys of a range as of one revision, part by part, and holds none of them.
final class PrefixReading {
  /// Sees them.
  interface Reader {
    void found(KeyValue one);

    /// That was the last.
    void end(long revision, Moment moment);

    /// The rest does not come.
    void failed(Outcome outcome);

    /// Whether the revision is no longer kept: it can be begun again at a later one.
    static boolean isOvertaken(Outcome outcome) {
      return outcome instanceof Outcome.Done(Result.Compacted _);
    }
  }

  private final Call call;
  private final Operation.Range asked;
  private final Reader reader;

  private PrefixReading(Call call, Operation.Range asked, Reader reader) {
    this.call = call;
    this.asked = asked;
    this.reader = reader;
  }

  /// @param asked at revision 0 for all that was acknowledged; another must be known to be applied
  ///   by this member
  static void begin(Call call, Operation.Range asked, Reader reader) {
    ReadConsistency consistency =
        asked.revision() == 0 ? new ReadConsistency.Follower() : new ReadConsistency.Local();
    new PrefixReading(call, asked, reader).read(asked, consistency);
  }

  private void read(Operation.Range part, ReadConsistency consistency) {
    call.read(
        part,
        consistency,
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Ranged found)) show(found, moment);
          else reader.failed(outcome);
        });
  }

  private void show(Result.Ranged found, Moment moment) {
    found.entries().forEach(reader::found);
    KeyRange rest = found.rest();
    if (rest == null) reader.end(found.revision(), moment);
    else
      read(
          new Operation.Range(rest, found.revision(), asked.selection(), asked.page()),
          new ReadConsistency.Local());
  }
}
