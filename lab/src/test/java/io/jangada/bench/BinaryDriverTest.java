package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the binary driver takes for right, and what not.
class BinaryDriverTest {
  private static final int KEYS = 3;
  private static final KeyValue.Revisions REVISIONS = new KeyValue.Revisions(2, 2, 1);
  private static final KeyValue.Terms TERMS = new KeyValue.Terms(0, 0, 0);

  private final Keys names = Keys.ofValues(5);
  private final Tally tally = new Tally();

  /// One request of a connection, answered with this.
  private Tally answered(Workload workload, ByteBuf answer) {
    Load load =
        new Load(workload, Load.Clients.ONE, new Load.Data(5, KEYS, true, KEYS), Load.Times.SHORT);
    Contents contents = new Contents(names, names, 5);
    var connection =
        new LoadConnection(
            new LoadConnection.Work(load, tally, () -> 7, 1),
            new BinaryDriver(load, contents),
            () -> {});
    EmbeddedChannel channel = new EmbeddedChannel(connection);
    tally.isCounting = true;
    connection.start();
    connection.stop();
    // It comes byte for byte.
    while (answer.isReadable()) channel.writeInbound(answer.readRetainedSlice(1));
    answer.release();
    channel.finishAndReleaseAll();
    return tally;
  }

  private static ByteBuf frame(int kind, Bytes body) {
    ByteBuf out = Unpooled.buffer().writeLong(BinaryFrames.PREFACE);
    // The first slot is the last one.
    int start = BinaryFrames.begin(out, Load.IN_FLIGHT_MAX, kind);
    BinaryFrames.end(out.writeBytes(body.asBuffer()), start);
    return out;
  }

  private static ByteBuf done(Result result) {
    return frame(BinaryFrames.DONE, CommandCodec.encode(result));
  }

  private Result.Ranged range(int first, String value, int count) {
    var entry =
        new KeyValue(Bytes.wrap(names.bytes(first)), Bytes.utf8(value), 0, REVISIONS, TERMS);
    return new Result.Ranged(2, count, List.of(entry, entry, entry), null);
  }

  private void needRight(Workload workload, Result result) {
    assertThat(answered(workload, done(result)).latencies.getTotalCount()).isEqualTo(1);
    assertThat(tally.firstTrouble).isNull();
    assertThat(tally.conflicts).isZero();
  }

  private void needWrong(Workload workload, Result result) {
    assertThat(answered(workload, done(result)).wrong).as(tally.firstTrouble).isEqualTo(1);
    assertThat(tally.latencies.getTotalCount()).isZero();
  }

  @Test
  void aRangeIsRightWithAllKeysAndTheFirstKeysValue() {
    needRight(Workload.range, range(0, names.text(0).substring(0, 5), KEYS));
  }

  @Test
  void aRangeWithAnotherFirstKeyIsWrong() {
    needWrong(Workload.range, range(1, names.text(1).substring(0, 5), KEYS));
  }

  @Test
  void aRangeWithAnotherValueIsWrong() {
    needWrong(Workload.range, range(0, "other", KEYS));
  }

  @Test
  void aRangeOfWhichOnlyAPartCameIsWrong() {
    needWrong(Workload.range, new Result.Ranged(2, KEYS, List.of(), null));
  }

  @Test
  void aCountIsRightOrNot() {
    needRight(Workload.count, new Result.Ranged(2, KEYS, List.of(), null));
    tally.latencies.reset();
    needWrong(Workload.count, new Result.Ranged(2, KEYS - 1, List.of(), null));
  }

  @Test
  void aTransactionMustTakeItsFirstBranchAndDoBothSteps() {
    Result put = new Result.Changed(3, 2, 5, null, null);
    needRight(Workload.transaction, new Result.Transacted(3, true, List.of(put, put)));
    tally.latencies.reset();
    needWrong(Workload.transaction, new Result.Transacted(3, false, List.of(put, put)));
  }

  @Test
  void aLeaseThatExistsIsAConflict() {
    needRight(Workload.grant, new Result.Granted(names.lease(7), 1));
    Result exists = new Result.Refused(Result.Reason.LEASE_EXISTS);
    assertThat(answered(Workload.grant, done(exists)).conflicts).isEqualTo(1);
    assertThat(tally.wrong).isZero();
    tally.latencies.reset();
    needWrong(Workload.grant, new Result.Refused(Result.Reason.TOO_MANY_LEASES));
  }

  @Test
  void aLeaseThatIsGoneIsNotKeptAlive() {
    needRight(Workload.keepalive, new Result.KeptAlive(List.of(1L)));
    tally.latencies.reset();
    needWrong(Workload.keepalive, new Result.KeptAlive(List.of(0L)));
  }

  @Test
  void whatIsNotDoneIsCountedApartAndWhatNothingAskedForIsWrong() {
    assertThat(answered(Workload.count, frame(3, Bytes.EMPTY)).failed).isEqualTo(1);
    assertThat(tally.wrong).isZero();
    ByteBuf unasked = done(new Result.KeptAlive(List.of(1L)));
    unasked.setLong(Long.BYTES + Integer.BYTES, 5);
    assertThat(answered(Workload.keepalive, unasked).firstTrouble).contains("nothing asked for");
  }
}
