package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CommandCodecTest {
  private static final Bytes KEY = Bytes.utf8("key");
  private static final Bytes VALUE = Bytes.utf8("value");

  @Test
  void everyEnvelopeComesBackAsItWas() {
    for (Envelope envelope : envelopes()) {
      Bytes bytes = CommandCodec.encode(envelope);
      assertThat(CommandCodec.decodeEnvelope(bytes)).isEqualTo(envelope);
    }
  }

  @Test
  void everyOperationComesBackAsItWas() {
    List<Operation> operations = new ArrayList<>(commands());
    operations.add(new Operation.Get(KEY));
    operations.add(new Operation.Get(Bytes.EMPTY));
    for (Operation operation : operations)
      assertThat(CommandCodec.decodeOperation(CommandCodec.encode(operation))).isEqualTo(operation);
  }

  @Test
  void everyResultComesBackAsItWas() {
    for (Result result : results())
      assertThat(CommandCodec.decodeResult(CommandCodec.encode(result))).isEqualTo(result);
  }

  @Test
  void everyEncodingThatIsCutOrGrownIsRefused() {
    for (Envelope envelope : envelopes()) {
      byte[] bytes = CommandCodec.encode(envelope).toArray();
      for (int length = 0; length <= bytes.length + 1; length++) {
        if (length == bytes.length) continue;
        Bytes wrong = Bytes.wrap(Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> CommandCodec.decodeEnvelope(wrong))
            .isInstanceOf(MalformedException.class);
      }
    }
  }

  @Test
  void aReadIsNoCommand() {
    byte[] write = CommandCodec.encode(new Envelope(null, 7, new Operation.Expire())).toArray();
    byte[] get = CommandCodec.encode(new Operation.Get(KEY)).toArray();
    byte[] bytes = Arrays.copyOf(write, write.length - 1 + get.length - 1);
    System.arraycopy(get, 1, bytes, write.length - 1, get.length - 1);
    assertThatThrownBy(() -> CommandCodec.decodeEnvelope(Bytes.wrap(bytes)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("read");
  }

  @Test
  void anotherFormatIsRefusedByNumber() {
    byte[] bytes = CommandCodec.encode(new Operation.Expire()).toArray();
    bytes[0] = 9;
    assertThatThrownBy(() -> CommandCodec.decodeOperation(Bytes.wrap(bytes)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("format 9");
  }

  @Test
  void whatIsLargerThanAnyLimitIsNotEncoded() {
    Bytes key = Bytes.wrap(new byte[KvLimits.KEY_BYTES_HARD_MAX + 1]);
    assertThatThrownBy(() -> CommandCodec.encode(new Operation.Get(key)))
        .isInstanceOf(IllegalArgumentException.class);
    Bytes name = Bytes.wrap(new byte[65]);
    assertThatThrownBy(() -> new RequestId.Named(name, VALUE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RequestId.Named(VALUE, name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RequestId.Numbered(VALUE, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Envelope(null, -1, new Operation.Expire()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anyBytesAtAllGiveAValueOrAMalformedException() {
    fuzz(envelopes().stream().map(CommandCodec::encode).toList(), CommandCodec::decodeEnvelope);
    fuzz(commands().stream().map(CommandCodec::encode).toList(), CommandCodec::decodeOperation);
    fuzz(results().stream().map(CommandCodec::encode).toList(), CommandCodec::decodeResult);
  }

  private static void fuzz(List<Bytes> seeds, Function<Bytes, Object> decode) {
    SplittableRandom dice = new SplittableRandom(3);
    int refused = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = seeds.get(dice.nextInt(seeds.size())).toArray();
      if (dice.nextInt(4) == 0) bytes = Arrays.copyOf(bytes, dice.nextInt(2 * bytes.length));
      for (int n = dice.nextInt(4); n > 0 && bytes.length > 0; n--)
        bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt();
      try {
        assertThat(decode.apply(Bytes.wrap(bytes))).isNotNull();
      } catch (MalformedException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(5_000, 49_000);
  }

  @Test
  void limitsRefuseWhatIsTooLong() {
    KvLimits limits = new KvLimits(3, 5, KvLimits.DEFAULT.state());
    Bytes longKey = Bytes.utf8("keys");
    Bytes longValue = Bytes.utf8("values");
    Condition always = new Condition.Always();
    for (Operation.Command fine : commands()) assertThat(limits.refusalOf(fine)).isEmpty();
    assertThat(limits.refusalOf(new Operation.Get(longKey)))
        .contains(new Result.Refused(Result.Reason.KEY_TOO_LONG));
    assertThat(limits.refusalOf(new Operation.Delete(longKey, always)))
        .contains(new Result.Refused(Result.Reason.KEY_TOO_LONG));
    assertThat(limits.refusalOf(new Operation.Write(KEY, longValue, 0, always)))
        .contains(new Result.Refused(Result.Reason.VALUE_TOO_LONG));
    assertThat(limits.refusalOf(new Operation.Delete(KEY, new Condition.Value(longValue))))
        .contains(new Result.Refused(Result.Reason.VALUE_TOO_LONG));
    assertThat(
            limits.refusalOf(
                new Operation.Write(KEY, VALUE, 0, new Condition.AbsentOrValue(longValue))))
        .contains(new Result.Refused(Result.Reason.VALUE_TOO_LONG));
  }

  private static List<Envelope> envelopes() {
    List<RequestId> ids = new ArrayList<>();
    ids.add(null);
    ids.add(new RequestId.Numbered(Bytes.utf8("client"), 0));
    ids.add(new RequestId.Numbered(Bytes.wrap(new byte[64]), Long.MAX_VALUE));
    ids.add(new RequestId.Named(Bytes.EMPTY, Bytes.wrap(new byte[64])));
    List<Envelope> all = new ArrayList<>();
    for (RequestId id : ids)
      for (Operation.Command command : commands())
        for (long time : new long[] {0, 1L << 40, Envelope.CLUSTER_TIME_MILLIS_MAX})
          all.add(new Envelope(id, time, command));
    return all;
  }

  private static List<Operation.Command> commands() {
    List<Condition> conditions =
        List.of(
            new Condition.Always(),
            new Condition.Absent(),
            new Condition.Version(-1),
            new Condition.Version(Long.MAX_VALUE),
            new Condition.Changes(1),
            new Condition.Changes(Long.MAX_VALUE),
            new Condition.AnyChanges(),
            new Condition.Value(VALUE),
            new Condition.AbsentOrValue(Bytes.EMPTY));
    List<Operation.Command> all = new ArrayList<>();
    all.add(new Operation.Expire());
    for (Condition condition : conditions) {
      all.add(new Operation.Write(KEY, VALUE, 0, condition));
      all.add(new Operation.Write(Bytes.EMPTY, Bytes.EMPTY, Long.MAX_VALUE, condition));
      all.add(new Operation.Write(KEY, VALUE, TimeToLive.ofSeconds(Long.MAX_VALUE), condition));
      all.add(new Operation.Delete(KEY, condition));
    }
    return all;
  }

  private static List<Result> results() {
    List<Result> all = new ArrayList<>();
    all.add(new Result.Written(1L << 50));
    all.add(new Result.Written(1L << 50, 2));
    all.add(new Result.Written(7, Long.MAX_VALUE));
    all.add(new Result.Found(VALUE, 1, 2, 3));
    all.add(new Result.Found(VALUE, 1, 2, 3, 4));
    all.add(new Result.NotFound());
    all.add(new Result.Exists(5));
    all.add(new Result.Mismatch(6));
    all.add(new Result.Deleted(Long.MAX_VALUE));
    all.add(new Result.Expired(1_000));
    all.add(new Result.Forgotten());
    for (Result.Reason reason : Result.Reason.values()) all.add(new Result.Refused(reason));
    return all;
  }
}
