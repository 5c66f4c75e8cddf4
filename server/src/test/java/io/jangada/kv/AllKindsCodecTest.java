package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Operations and results of every kind as bytes.
class AllKindsCodecTest {
  private static final Bytes KEY = Bytes.utf8("key");

  @Test
  void everyOperationComesBackAsItWas() {
    List<Operation> operations = operations(5_000);
    assertThat(kindsOf(operations)).containsAll(kinds(Operation.class));
    for (Operation operation : operations)
      assertThat(CommandCodec.decodeOperation(CommandCodec.encode(operation))).isEqualTo(operation);
  }

  @Test
  void everyResultComesBackAsItWas() {
    List<Result> results = results(5_000);
    assertThat(kindsOf(results)).containsAll(kinds(Result.class));
    for (Result result : results)
      assertThat(CommandCodec.decodeResult(CommandCodec.encode(result))).isEqualTo(result);
  }

  @Test
  void everyEncodingThatIsCutOrGrownIsRefused() {
    for (Operation operation : operations(300))
      refuseCutOrGrown(CommandCodec.encode(operation), CommandCodec::decodeOperation);
    for (Result result : results(300))
      refuseCutOrGrown(CommandCodec.encode(result), CommandCodec::decodeResult);
  }

  @Test
  void aCommandTakesNoMoreBytesThanItCounts() {
    for (Operation operation : operations(5_000))
      assertThat((long) CommandCodec.encode(operation).length())
          .as("%s", operation)
          .isLessThanOrEqualTo(1 + Sizes.PART_BYTES + CommandCodec.sizeOf(operation));
    for (Result result : results(5_000))
      assertThat((long) CommandCodec.encode(result).length())
          .as("%s", result)
          .isLessThanOrEqualTo(1 + Sizes.PART_BYTES + CommandCodec.sizeOf(result));
  }

  private static void refuseCutOrGrown(Bytes whole, Function<Bytes, Object> decode) {
    for (int length = 0; length <= whole.length() + 1; length++) {
      if (length == whole.length()) continue;
      Bytes wrong = Bytes.wrap(Arrays.copyOf(whole.toArray(), length));
      assertThatThrownBy(() -> decode.apply(wrong)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void anyBytesAtAllGiveAValueOrAMalformedException() {
    fuzz(
        operations(500).stream().map(CommandCodec::encode).toList(), CommandCodec::decodeOperation);
    fuzz(results(500).stream().map(CommandCodec::encode).toList(), CommandCodec::decodeResult);
  }

  private static void fuzz(List<Bytes> seeds, Function<Bytes, Object> decode) {
    SplittableRandom dice = new SplittableRandom(4);
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = seeds.get(dice.nextInt(seeds.size())).toArray();
      if (dice.nextInt(4) == 0) bytes = Arrays.copyOf(bytes, dice.nextInt(2 * bytes.length));
      for (int n = dice.nextInt(4); n > 0 && bytes.length > 0; n--) {
        int at = dice.nextInt(bytes.length);
        bytes[at] = (byte) (dice.nextBoolean() ? dice.nextInt() : bytes[at] + dice.nextInt(3) - 1);
      }
      try {
        assertThat(decode.apply(Bytes.wrap(bytes))).isNotNull();
      } catch (MalformedException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(10_000, 95_000);
  }

  @Test
  void kindsOfEarlierReleasesHaveTheBytesThatTheyHadThen() {
    Bytes value = Bytes.utf8("v");
    Condition version = new Condition.Version(7);
    expect(new Operation.Get(KEY), "01 01 00000003 6b6579");
    expect(
        new Operation.Write(KEY, value, 9, new Condition.Always()),
        "01 02 00000003 6b6579 00000001 76 0000000000000009 00");
    expect(new Operation.Delete(KEY, version), "01 03 00000003 6b6579 02 0000000000000007");
    expect(new Operation.Expire(), "01 04");
    expect(new Result.Written(5), "01 01 0000000000000005");
    expect(
        new Result.Found(value, 5, 6, 7),
        "01 02 00000001 76 0000000000000005 0000000000000006 0000000000000007");
    expect(new Result.Refused(Result.Reason.VALUE_TOO_LONG), "01 09 02");
    expect(new Result.Written(5, 2), "01 0a 0000000000000005 0000000000000002");
  }

  private static void expect(Operation operation, String hex) {
    assertThat(hex(CommandCodec.encode(operation))).isEqualTo(hex.replace(" ", ""));
  }

  private static void expect(Result result, String hex) {
    assertThat(hex(CommandCodec.encode(result))).isEqualTo(hex.replace(" ", ""));
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toArray());
  }

  @Test
  void transactionsAreNestedAsDeepAsTheyMayBeAndNoDeeper() {
    Operation.Transaction deepest = nested(KvLimits.NESTING_MAX);
    Bytes encoded = CommandCodec.encode(deepest);
    assertThat(CommandCodec.decodeOperation(encoded)).isEqualTo(deepest);
    assertThatThrownBy(() -> CommandCodec.encode(nested(KvLimits.NESTING_MAX + 1)))
        .isInstanceOf(IllegalArgumentException.class);

    Bytes inner = encoded.slice(1, encoded.length() - 1);
    ByteWriter deeper = new ByteWriter(100).put(CommandCodec.FORMAT).put(10);
    deeper.putInt(0).putInt(1).putRaw(inner).putInt(0);
    assertThatThrownBy(() -> CommandCodec.decodeOperation(deeper.toBytes()))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("too deep");
  }

  private static Operation.Transaction nested(int depth) {
    List<Operation.Step> steps = depth == 1 ? List.of() : List.of(nested(depth - 1));
    return new Operation.Transaction(List.of(), steps, List.of());
  }

  @Test
  void transactedResultsAreNestedNoDeeperEither() {
    Result result = new Result.NotFound();
    for (int depth = 1; depth <= KvLimits.NESTING_MAX; depth++)
      result = new Result.Transacted(depth, true, List.of(result));
    assertThat(CommandCodec.decodeResult(CommandCodec.encode(result))).isEqualTo(result);
    Bytes deeper = CommandCodec.encode(new Result.Transacted(9, true, List.of(result)));
    assertThatThrownBy(() -> CommandCodec.decodeResult(deeper))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("too deep");
  }

  @Test
  void aListIsNoLongerThanItMayBe() {
    int count = KvLimits.KEEP_ALIVES_MAX;
    Operation most = new Operation.KeepAlive(Collections.nCopies(count, 5L));
    assertThat(CommandCodec.decodeOperation(CommandCodec.encode(most))).isEqualTo(most);
    Operation more = new Operation.KeepAlive(Collections.nCopies(count + 1, 5L));
    assertThatThrownBy(() -> CommandCodec.encode(more))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] bytes = Arrays.copyOf(CommandCodec.encode(most).toArray(), 2 + 4 + 8 * (count + 1));
    new ByteWriter(4).putInt(count + 1).toBytes().copyTo(bytes, 2);
    assertThatThrownBy(() -> CommandCodec.decodeOperation(Bytes.wrap(bytes)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("at most " + count);
  }

  @Test
  void aTransactionHoldsStepsAlone() {
    Operation.Step get = new Operation.Get(Bytes.EMPTY);
    Operation.Transaction one = new Operation.Transaction(List.of(), List.of(get), List.of());
    byte[] bytes = CommandCodec.encode(one).toArray();
    assertThat(bytes[10]).isEqualTo((byte) 1);
    bytes[10] = 4;
    assertThatThrownBy(() -> CommandCodec.decodeOperation(Bytes.wrap(bytes)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("no step");
  }

  @Test
  void theGreatestKeyIsARangeAndCanBeTheEndOfOne() {
    Bytes greatest = Bytes.wrap(new byte[KvLimits.KEY_BYTES_HARD_MAX]);
    for (KeyRange keys :
        List.of(
            KeyRange.of(greatest),
            new KeyRange(KEY, KeyRange.after(greatest)),
            new KeyRange(KeyRange.after(greatest), null))) {
      Operation range = new Operation.Range(keys);
      assertThat(CommandCodec.decodeOperation(CommandCodec.encode(range))).isEqualTo(range);
    }
  }

  private static List<Operation> operations(int count) {
    SplittableRandom dice = new SplittableRandom(7);
    RandomOperations random = new RandomOperations(dice, 9);
    RandomUsers users = new RandomUsers(dice, random);
    List<Operation> all = new ArrayList<>();
    for (int i = 0; i < count; i++)
      all.add(
          switch (i % 7) {
            case 6 -> new Operation.Scan(dice.nextLong(), 1 + dice.nextInt(100));
            case 0 -> random.read(100 + i);
            case 1 -> users.read();
            case 2 -> new Operation.ChangeUsers(users.change());
            default -> random.command(100 + i);
          });
    return all;
  }

  private static List<Result> results(int count) {
    RandomResults random = new RandomResults(new SplittableRandom(8));
    List<Result> all = new ArrayList<>();
    for (int i = 0; i < count; i++) all.add(random.next());
    return all;
  }

  private static Set<Class<?>> kindsOf(List<?> all) {
    return all.stream().map(Object::getClass).collect(Collectors.toSet());
  }

  private static Set<Class<?>> kinds(Class<?> sealed) {
    if (!sealed.isSealed()) return Set.of(sealed);
    return Stream.of(sealed.getPermittedSubclasses())
        .flatMap(one -> kinds(one).stream())
        .collect(Collectors.toSet());
  }
}
