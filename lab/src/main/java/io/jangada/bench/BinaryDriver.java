package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The binary protocol. A request's number tells its slot, so replies may come in any order. Of a
/// reply only as much is read as tells whether it is right.
final class BinaryDriver extends ByteDriver {
  /// Long enough that no lease ends while it is kept alive now and then.
  private static final long LEASE_MILLIS = 600_000;

  // Kinds of results.
  private static final int NOT_ALLOWED = 9;
  private static final int RANGED = 14;
  private static final int TRANSACTED = 15;
  private static final int GRANTED = 16;
  private static final int KEPT_ALIVE = 17;

  /// Why a result is [#NOT_ALLOWED].
  private static final int LEASE_EXISTS = 5;

  private static final Operation.Selection COUNT =
      new Operation.Selection(Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);

  private final Load load;
  private final Contents contents;
  private final BinaryFrames frames = new BinaryFrames();
  private final OpType[] asked = new OpType[Load.IN_FLIGHT_MAX];
  private final long[] keys = new long[Load.IN_FLIGHT_MAX];

  BinaryDriver(Load load, Contents contents) {
    this.load = load;
    this.contents = contents;
  }

  @Override
  public void open(ChannelHandlerContext context, Runnable ready) {
    super.open(context, ready);
    out().writeLong(BinaryFrames.PREFACE);
  }

  // ---- requests ----

  @Override
  public void send(int slot, OpType verb, long key) {
    asked[slot] = verb;
    keys[slot] = key;
    Operation operation = operation(verb, key);
    boolean isRead = operation instanceof Operation.Read;
    ByteBuf out = out();
    int start =
        BinaryFrames.begin(out, slot + 1L, isRead ? BinaryFrames.READ : BinaryFrames.COMMAND);
    // A read is linearizable, a command has no session.
    out.writeByte(0).writeBytes(CommandCodec.encode(operation).asBuffer());
    BinaryFrames.end(out, start);
  }

  private Operation operation(OpType verb, long key) {
    return switch (verb) {
      case RANGE -> new Operation.Range(range(key));
      case COUNT -> new Operation.Range(range(key), 0, COUNT, Operation.Page.ALL);
      case TRANSACTION -> transaction(key);
      case GRANT -> new Operation.Grant(contents.written().lease(key), LEASE_MILLIS);
      case KEEP_ALIVE -> new Operation.KeepAlive(List.of(contents.read().lease(key)));
      case SET, GET, CAS -> throw new IllegalArgumentException(verb + " is for the text protocol");
    };
  }

  private KeyRange range(long first) {
    return new KeyRange(key(first), key(first + load.rangeKeys()));
  }

  /// Writes two keys if the first is there, which it is.
  private Operation transaction(long first) {
    KeyRange one = KeyRange.of(key(first));
    Compare isThere = new Compare.Number(one, Compare.Field.CREATED, Compare.Relation.NOT_EQUAL, 0);
    List<Operation.Step> both = List.of(put(first), put((first + 1) % load.keys()));
    return new Operation.Transaction(List.of(isThere), both, List.of());
  }

  private Operation.Step put(long number) {
    byte[] value = new byte[contents.valueBytes()];
    contents.value(number, value, 0);
    return new Operation.Put(
        key(number),
        new Change.Set(Bytes.wrap(value), 0),
        new Lifetime.ForEver(),
        new Condition.Always(),
        false);
  }

  private Bytes key(long number) {
    return Bytes.wrap(contents.read().bytes(number));
  }

  // ---- replies ----

  @Override
  public void receive(Object message, Answers to) {
    frames.read((ByteBuf) message, frame -> reply(frame, to));
  }

  private void reply(ByteBuf frame, Answers to) {
    long slot = frame.readLong() - 1;
    int kind = frame.readByte();
    if (slot < 0 || slot >= asked.length || asked[(int) slot] == null)
      throw new IllegalStateException("a reply of kind " + kind + " that nothing asked for");
    int at = (int) slot;
    OpType verb = asked[at];
    asked[at] = null;
    if (kind == BinaryFrames.DONE) done(at, verb, frame, to);
    else if (kind == BinaryFrames.REFUSED) to.wrong(at, verb + " was refused: " + text(frame));
    else to.refused(at, verb + " was answered with a frame of kind " + kind);
    if (kind == BinaryFrames.NOT_LEADER) to.end();
  }

  private static String text(ByteBuf frame) {
    return frame.toString(StandardCharsets.UTF_8).substring(Integer.BYTES);
  }

  private void done(int slot, OpType verb, ByteBuf frame, Answers to) {
    frame.skipBytes(1);
    int result = frame.readByte();
    boolean isThere = verb == OpType.GRANT && result == NOT_ALLOWED;
    if (isThere && frame.getByte(frame.readerIndex()) == LEASE_EXISTS) to.conflict(slot);
    else if (isRight(verb, keys[slot], result, frame)) to.right(slot);
    else to.wrong(slot, verb + " came to another result, of kind " + result);
  }

  private boolean isRight(OpType verb, long key, int result, ByteBuf in) {
    return switch (verb) {
      case RANGE -> result == RANGED && isWhole(in) && isFirst(in, key);
      case COUNT -> result == RANGED && in.skipBytes(Long.BYTES).readLong() == load.rangeKeys();
      case TRANSACTION ->
          result == TRANSACTED
              && in.readLong() > 0
              && in.readByte() == 1
              && in.readInt() == 2
              && in.readByte() != NOT_ALLOWED;
      case GRANT -> result == GRANTED && in.readLong() == contents.written().lease(key);
      case KEEP_ALIVE -> result == KEPT_ALIVE && in.readInt() == 1 && in.readLong() > 0;
      case SET, GET, CAS -> false;
    };
  }

  /// All keys of the range are there, and in this reply.
  private boolean isWhole(ByteBuf in) {
    in.skipBytes(Long.BYTES);
    return in.readLong() == load.rangeKeys() && in.readInt() == load.rangeKeys();
  }

  private boolean isFirst(ByteBuf in, long key) {
    Bytes expected = key(key);
    if (in.readInt() != expected.length()) return false;
    for (int i = 0; i < expected.length(); i++) if (in.readByte() != expected.at(i)) return false;
    return contents.isRight(key, in.readSlice(in.readInt()));
  }
}
