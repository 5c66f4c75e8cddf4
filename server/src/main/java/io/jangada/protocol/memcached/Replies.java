package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.protocol.memcached.MemcachedSlot.Reply;
import io.jangada.protocol.port.Decimals;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// The replies to classic commands, byte for byte as clients match them.
final class Replies {
  /// What a reply takes at most beside its value, about.
  static final int FIXED_BYTES_MAX = 512;

  static final byte[] ERROR = line("ERROR");
  static final byte[] OK = line("OK");
  static final byte[] END = line("END");
  static final byte[] RESET = line("RESET");
  static final byte[] STORED = line("STORED");
  static final byte[] BAD_FORMAT = line("CLIENT_ERROR bad command line format");
  static final byte[] BAD_CHUNK = line("CLIENT_ERROR bad data chunk");
  static final byte[] BAD_EXPTIME = line("CLIENT_ERROR invalid exptime argument");
  static final byte[] BAD_DELTA = line("CLIENT_ERROR invalid numeric delta argument");
  static final byte[] LINE_TOO_LONG = line("CLIENT_ERROR line too long");
  static final byte[] FLUSH_REFUSED = line("CLIENT_ERROR flush_all not allowed");
  static final byte[] BAD_DELETE =
      line("CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]");
  static final byte[] DUMP_REFUSED = line("CLIENT_ERROR stats cachedump not allowed");
  static final byte[] UNAUTHENTICATED = line("CLIENT_ERROR unauthenticated");
  static final byte[] AUTH_FAILURE = line("CLIENT_ERROR authentication failure");
  static final byte[] AUTH_FORMAT = line("CLIENT_ERROR bad authentication token format");
  static final byte[] TOO_LARGE = line("SERVER_ERROR object too large for cache");
  static final byte[] NO_MEMORY = line("SERVER_ERROR out of memory storing object");
  static final byte[] NOT_DONE = line("SERVER_ERROR temporarily unavailable, not done");
  static final byte[] UNKNOWN = line("SERVER_ERROR unknown outcome");
  static final byte[] TOO_MANY_CONNECTIONS = line("ERROR Too many open connections");

  private static final byte[] DENIED = line("CLIENT_ERROR permission denied");
  private static final byte[] NOT_A_NUMBER =
      line("CLIENT_ERROR cannot increment or decrement non-numeric value");
  private static final byte[] NOT_STORED = line("NOT_STORED");
  private static final byte[] EXISTS = line("EXISTS");
  private static final byte[] NOT_FOUND = line("NOT_FOUND");
  private static final byte[] DELETED = line("DELETED");
  private static final byte[] TOUCHED = line("TOUCHED");
  private static final byte[] VALUE_WORD = "VALUE ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_OF_LINE = line("");

  /// A reply that is counted.
  private record Counted(Tally tally, Reply reply) implements Reply {
    @Override
    public void write(MemcachedSlot slot, Result result, ByteBuf out) {
      reply.write(slot, result, out);
    }

    @Override
    public byte[] errorOf(Result.Reason reason) {
      return reply.errorOf(reason);
    }
  }

  /// To `set`, `add` and `replace`.
  static final Reply STORE =
      new Counted(
          Tally.STORE, (_, result, out) -> out.writeBytes(isDone(result) ? STORED : NOT_STORED));

  /// To `append` and `prepend`, which may come to a value that is too long.
  static final Reply EXTEND =
      new Reply() {
        @Override
        public void write(MemcachedSlot slot, Result result, ByteBuf out) {
          STORE.write(slot, result, out);
        }

        @Override
        public Tally tally() {
          return STORE.tally();
        }

        @Override
        public byte[] errorOf(Result.Reason reason) {
          return reason == Result.Reason.VALUE_TOO_LONG ? NOT_STORED : Replies.errorOf(reason);
        }
      };

  /// To those of them whose value is gone at once.
  static final Reply STORE_NOTHING =
      new Counted(Tally.storing(_ -> true), (_, _, out) -> out.writeBytes(STORED));

  /// To an `add` of a value that is gone at once: a read says whether it could be stored.
  static final Reply ADD_NOTHING =
      new Counted(
          Tally.storing(Tally::isMiss),
          (_, result, out) -> out.writeBytes(Tally.isMiss(result) ? STORED : NOT_STORED));

  static final Reply CAS = new Counted(Tally.CAS, (_, result, out) -> writeOf(result, STORED, out));

  static final Reply DELETE =
      new Counted(Tally.DELETE, (_, result, out) -> writeOf(result, DELETED, out));

  static final Reply TOUCH =
      new Counted(Tally.TOUCH, (_, result, out) -> writeOf(result, TOUCHED, out));

  static final Reply INCR = new Counted(Tally.INCR, Replies::writeNumber);
  static final Reply DECR = new Counted(Tally.DECR, Replies::writeNumber);

  static final Reply FLUSH = new Counted(Tally.FLUSH, (_, _, out) -> out.writeBytes(OK));

  static final byte[] NO_DUMP = line("ERROR metadump not allowed");
  static final byte[] MN = line("MN");

  /// To `me`.
  static final Reply DEBUG =
      (slot, result, out) -> {
        KeyValue found = MemcachedSlot.found(result);
        if (found == null) {
          out.writeBytes(line("EN"));
          return;
        }
        long deadline = found.terms().deadlineMillis();
        out.writeBytes(
            line(
                "ME "
                    + slot.shownKey()
                    + " exp="
                    + (deadline == 0 ? -1 : Math.max(1, deadline - slot.clusterMillis()) / 1_000)
                    + " la=0 cas="
                    + found.revisions().unique()
                    + " fetch=no cls=1 size="
                    + found.value().length()));
      };

  /// To one key of several of `get`.
  static final Reply VALUE_OF_SEVERAL =
      new Counted(Tally.GET, (slot, result, out) -> writeValue(slot, result, false, out));

  /// The same of `gets`, with the number that `cas` compares.
  static final Reply UNIQUE_OF_SEVERAL =
      new Counted(Tally.GET, (slot, result, out) -> writeValue(slot, result, true, out));

  /// To `get` of one key.
  static final Reply VALUE = whole(VALUE_OF_SEVERAL);

  /// To `gets` of one key.
  static final Reply UNIQUE = whole(UNIQUE_OF_SEVERAL);

  private static Reply whole(Reply one) {
    return new Counted(
        one.tally(),
        (slot, result, out) -> {
          one.write(slot, result, out);
          out.writeBytes(END);
        });
  }

  /// The same to `gat` or `gats`.
  static Reply touching(Reply get) {
    return new Counted(Tally.TOUCH, get);
  }

  private static void writeValue(
      MemcachedSlot slot, Result result, boolean hasUnique, ByteBuf out) {
    KeyValue found = former(result);
    if (found == null) return;
    out.writeBytes(VALUE_WORD);
    out.writeBytes(slot.key().asBuffer());
    out.writeByte(' ');
    Decimals.write(Integer.toUnsignedLong(found.flags()), out);
    out.writeByte(' ');
    Decimals.write(found.value().length(), out);
    if (hasUnique) {
      out.writeByte(' ');
      Decimals.write(found.revisions().unique(), out);
    }
    out.writeBytes(END_OF_LINE);
    writeData(found.value(), out);
  }

  private Replies() {}

  private static void writeNumber(MemcachedSlot slot, Result result, ByteBuf out) {
    if (!(result instanceof Result.Changed changed)) {
      out.writeBytes(NOT_FOUND);
      return;
    }
    out.writeBytes(changed.number().asBuffer());
    out.writeBytes(END_OF_LINE);
  }

  /// What was found, or was there before a change of its time to live; null for nothing.
  static KeyValue former(Result result) {
    if (result instanceof Result.Marked marked) return marked.entry();
    if (result instanceof Result.Changed changed) return changed.former();
    if (result instanceof Result.Transacted done)
      return MemcachedSlot.found(done.results().getFirst());
    return result instanceof Result.Ranged ? MemcachedSlot.found(result) : null;
  }

  static boolean isDone(Result result) {
    return result instanceof Result.Changed || result instanceof Result.Deleted;
  }

  private static void writeOf(Result result, byte[] done, ByteBuf out) {
    if (result instanceof Result.Mismatch) out.writeBytes(EXISTS);
    else out.writeBytes(isDone(result) ? done : NOT_FOUND);
  }

  static void writeData(Bytes data, ByteBuf out) {
    out.writeBytes(data.asBuffer());
    out.writeBytes(END_OF_LINE);
  }

  /// Why a command was not done, or may not have been; null if it was.
  static byte[] errorOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result.Refused(Result.Reason reason)) -> errorOf(reason);
      case Outcome.Done _ -> null;
      case Outcome.NoMemory() -> NO_MEMORY;
      case Outcome.NotLeader _, Outcome.Busy _, Outcome.Refused _ -> NOT_DONE;
      case Outcome.Unknown() -> UNKNOWN;
    };
  }

  static byte[] errorOf(Result.Reason reason) {
    return switch (reason) {
      case KEY_TOO_LONG -> BAD_FORMAT;
      case VALUE_TOO_LONG -> TOO_LARGE;
      case NOT_A_NUMBER -> NOT_A_NUMBER;
      case NO_USER, STALE_USER -> UNAUTHENTICATED;
      case PERMISSION_DENIED -> DENIED;
      default -> NOT_DONE;
    };
  }

  static byte[] line(String text) {
    return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
