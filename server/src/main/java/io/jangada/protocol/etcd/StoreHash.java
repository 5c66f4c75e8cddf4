package io.jangada.protocol.etcd;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The CRC-32C of all keys as they were at a revision, with their values, revisions and leases, in
/// the order of the keys: every member that has applied that revision finds the same.
///
/// They are read piece by piece, between other requests, as a client with this call's rights reads
/// them.
final class StoreHash {
  private final Call call;
  private final Reply reply;
  private final CRC32C crc = new CRC32C();
  private long wanted;
  private boolean isBegun;

  /// How often it may be read: the newest revision may be given up meanwhile.
  private int triesLeft = 5;

  private final ByteBuffer numbers = ByteBuffer.allocate(6 * Long.BYTES);

  /// @param revision that was read
  record Found(int crc32c, long revision) {}

  /// Gets what was found; otherwise the call is ended.
  @FunctionalInterface
  interface Reply {
    void accept(Found found, Status status);
  }

  StoreHash(Call call, Reply reply) {
    this.call = call;
    this.reply = reply;
  }

  /// @param revision 0 for the newest
  void begin(long revision) {
    wanted = revision;
    isBegun = false;
    crc.reset();
    read(KeyRange.ALL, revision);
  }

  private void read(KeyRange keys, long revision) {
    call.read(
        new Operation.Range(keys, revision, Operation.Selection.ALL, Operation.Page.ALL),
        new ReadConsistency.Local(),
        (outcome, moment) -> found(outcome, moment, revision));
  }

  private void found(Outcome outcome, Moment moment, long asked) {
    if (!(outcome instanceof Outcome.Done(Result.Ranged piece))) {
      if (wanted == 0 && --triesLeft > 0 && PrefixReading.Reader.isOvertaken(outcome)) begin(0);
      else call.end(Errors.of(call, outcome));
      return;
    }
    if (!isBegun && Compaction.covers(moment, asked)) {
      call.end(Errors.COMPACTED);
      return;
    }
    isBegun = true;
    for (KeyValue one : piece.entries()) add(one);
    long revision = asked == 0 ? moment.revision() : asked;
    if (piece.rest() != null) read(piece.rest(), revision);
    else
      MemberState.of(
          call, status -> reply.accept(new Found((int) crc.getValue(), revision), status));
  }

  private void add(KeyValue one) {
    Bytes key = one.key();
    Bytes value = one.value();
    numbers.clear();
    numbers.putInt(key.length()).putInt(value.length());
    numbers.putLong(one.revisions().created()).putLong(one.revisions().modified());
    numbers.putLong(one.revisions().changes()).putLong(one.terms().lease());
    crc.update(numbers.flip());
    key.update(crc);
    value.update(crc);
  }
}
