package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;

/// What commands on one key say of it, as bytes in the format of [CommandCodec]: conditions,
/// changes and lifetimes.
final class ChangeCodec {
  private static final Change.Arithmetic[] ARITHMETICS = Change.Arithmetic.values();
  private static final Condition.End[] ENDS = Condition.End.values();
  private static final Change.Side[] SIDES = Change.Side.values();

  private ChangeCodec() {}

  static void put(ByteWriter out, Condition condition) {
    switch (condition) {
      case Condition.Always() -> out.put(0);
      case Condition.Absent() -> out.put(1);
      case Condition.Version(long version) -> out.put(2).putLong(version);
      case Condition.Value(Bytes value) -> CommandCodec.putValue(out.put(3), value);
      case Condition.AbsentOrValue(Bytes value) -> CommandCodec.putValue(out.put(4), value);
      case Condition.Changes(long changes) -> out.put(5).putLong(changes);
      case Condition.AnyChanges() -> out.put(6);
      case Condition.Present() -> out.put(7);
      case Condition.Unique(long unique) -> out.put(8).putLong(unique);
      case Condition.UniqueOrLater(long unique) -> out.put(10).putLong(unique);
      case Condition.Ends(Condition.End end, long ttl) ->
          out.put(9).put(end.ordinal()).putLong(ttl);
    }
  }

  static Condition getCondition(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 0 -> new Condition.Always();
      case 1 -> new Condition.Absent();
      case 2 -> new Condition.Version(in.getLong());
      case 3 -> new Condition.Value(CommandCodec.getValue(in));
      case 4 -> new Condition.AbsentOrValue(CommandCodec.getValue(in));
      case 5 -> new Condition.Changes(in.getLong());
      case 6 -> new Condition.AnyChanges();
      case 7 -> new Condition.Present();
      case 8 -> new Condition.Unique(in.getLong());
      case 10 -> new Condition.UniqueOrLater(in.getLong());
      case 9 -> new Condition.Ends(OperationCodec.getOneOf(ENDS, in), in.getLong());
      default -> throw new MalformedException("condition of kind " + kind);
    };
  }

  static void put(ByteWriter out, Change change) {
    switch (change) {
      case Change.Set(Bytes value, int flags) -> {
        CommandCodec.putValue(out.put(1), value);
        out.putInt(flags);
      }
      case Change.Keep() -> out.put(2);
      case Change.Rewrite() -> out.put(6);
      case Change.Invalidate() -> out.put(8);
      case Change.AddDecimal(Bytes amount) -> CommandCodec.putValue(out.put(7), amount);
      case Change.Add(Change.Arithmetic arithmetic, long delta, Long initial) -> {
        out.put(3).put(arithmetic.ordinal()).putLong(delta);
        OperationCodec.putFlag(out, initial != null);
        if (initial != null) out.putLong(initial);
      }
      case Change.Extend(Change.Side side, Bytes bytes, Change.Growth growth) -> {
        CommandCodec.putValue(out.put(4).put(side.ordinal()), bytes);
        put(out, growth);
      }
      case Change.Replace(int offset, Bytes bytes, Change.Growth growth) -> {
        CommandCodec.putValue(out.put(5).putInt(offset), bytes);
        put(out, growth);
      }
    }
  }

  static Change getChange(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Change.Set(CommandCodec.getValue(in), in.getInt());
      case 2 -> new Change.Keep();
      case 3 ->
          new Change.Add(
              OperationCodec.getOneOf(ARITHMETICS, in),
              in.getLong(),
              OperationCodec.getFlag(in) ? (Long) in.getLong() : null);
      case 4 ->
          new Change.Extend(
              OperationCodec.getOneOf(SIDES, in), CommandCodec.getValue(in), getGrowth(in));
      case 5 -> new Change.Replace(in.getInt(), CommandCodec.getValue(in), getGrowth(in));
      case 6 -> new Change.Rewrite();
      case 8 -> new Change.Invalidate();
      case 7 -> new Change.AddDecimal(CommandCodec.getValue(in));
      default -> throw new MalformedException("change of kind " + kind);
    };
  }

  private static void put(ByteWriter out, Change.Growth growth) {
    OperationCodec.putFlag(out, growth.creates());
    out.putInt(growth.bytesMax());
  }

  private static Change.Growth getGrowth(ByteReader in) {
    return new Change.Growth(OperationCodec.getFlag(in), in.getInt());
  }

  static void put(ByteWriter out, Lifetime lifetime) {
    switch (lifetime) {
      case Lifetime.ForEver() -> out.put(1);
      case Lifetime.Of(long ttl) -> out.put(2).putLong(ttl);
      case Lifetime.Leased(long lease) -> out.put(3).putLong(lease);
      case Lifetime.Same() -> out.put(4);
      case Lifetime.Extended(long millis) -> out.put(5).putLong(millis);
    }
  }

  static Lifetime getLifetime(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Lifetime.ForEver();
      case 2 -> new Lifetime.Of(in.getLong());
      case 3 -> new Lifetime.Leased(in.getLong());
      case 4 -> new Lifetime.Same();
      case 5 -> new Lifetime.Extended(in.getLong());
      default -> throw new MalformedException("lifetime of kind " + kind);
    };
  }
}
