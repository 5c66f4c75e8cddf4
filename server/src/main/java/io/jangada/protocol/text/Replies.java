package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result;
import io.jangada.kv.TimeToLive;
import io.jangada.node.Outcome;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.Decimals;
import io.jangada.protocol.text.TextSettings.Variant;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Writes replies, byte for byte as the protocol has them. A reply is one piece: clients may read a
/// value's line and throw away what came with it, expecting the data later, or the other way round.
final class Replies {
  /// A reply that is always the same.
  ///
  /// @param counter of those that are no success; [#UNCOUNTED] for others
  record Line(byte[] bytes, int counter) {
    private static final int UNCOUNTED = -1;

    private Line(String text, int counter) {
      this(line(text), counter);
    }
  }

  static final Line COMMAND_ERROR = new Line("ERR_CMD_ERR", Counters.COMMAND_ERRORS);
  static final Line INTERNAL = new Line("ERR_INTERNAL", Counters.INTERNAL_ERRORS);
  static final Line TOO_MANY_CONNECTIONS =
      new Line("ERR_INTERNAL too many connections", Line.UNCOUNTED);

  static final Line AUTHENTICATED = new Line("OK", Line.UNCOUNTED);

  /// Of a client that did not say, or could not show, who it is.
  static final Line AUTH_ERROR = new Line("ERR_AUTH", Counters.AUTH_ERRORS);

  private static final Line PERMISSION_ERROR = new Line("ERR_PERMISSION", Counters.AUTH_ERRORS);
  private static final Line NO_MEMORY =
      new Line("ERR_INTERNAL " + Outcome.NoMemory.REASON, Counters.INTERNAL_ERRORS);
  private static final Line NOT_FOUND = new Line("ERR_NOT_FOUND", Counters.NOT_FOUND);
  private static final Line FORGOTTEN = new Line("ERR_FORGOTTEN", Counters.FORGOTTEN);
  private static final byte[] DELETED = line("DELETED");
  private static final byte[] VALUE = ascii("VALUE ");
  private static final byte[] OK = ascii("OK ");
  private static final byte[] REDIRECT = ascii("REDIRECT ");
  private static final int FIXED_BYTES_MAX = 4 * Decimals.BYTES_MAX;
  private static final long MILLIS_PER_SECOND = 1_000;

  private final TextSettings settings;
  private final Counters counters;
  private final Line versionError;
  private final Line version;

  Replies(TextSettings settings, Counters counters) {
    this.settings = settings;
    this.counters = counters;
    versionError =
        new Line(
            settings.dialect().has(Variant.SEED_SPELLING) ? "ERR_VERION" : "ERR_VERSION",
            Counters.VERSION_ERRORS);
    version = new Line("VERSION " + settings.replying().version(), Line.UNCOUNTED);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] line(String text) {
    return ascii(text + "\r\n");
  }

  Line version() {
    return version;
  }

  /// How much a slot's reply takes at most.
  int sizeMax(PendingReply slot) {
    int fixed = slot.line() == null ? FIXED_BYTES_MAX : slot.line().bytes.length;
    return fixed + slot.valueBytes();
  }

  /// Writes the reply of a slot that is answered, if the client wants one.
  void write(PendingReply slot, ByteBuf out) {
    if (slot.request != null && slot.request.silent()) return;
    if (slot.line() != null) writeLine(slot.line(), out);
    else if (slot.adminReply() != null) write(slot.adminReply(), out);
    else write(slot, slot.outcome(), out);
  }

  private void writeLine(Line line, ByteBuf out) {
    if (line.counter != Line.UNCOUNTED) counters.add(line.counter, 1);
    out.writeBytes(line.bytes);
  }

  private void write(AdminReply reply, ByteBuf out) {
    switch (reply) {
      case AdminReply.Value(Bytes bytes, String _) -> {
        out.writeBytes(VALUE);
        writeData(bytes, out);
      }
      case AdminReply.Redirect(int id) -> writeRedirect(id, out);
      case AdminReply.CommandError() -> writeLine(COMMAND_ERROR, out);
      case AdminReply.InternalError() -> writeLine(INTERNAL, out);
    }
  }

  /// `ERR_INTERNAL` alone says nothing about whether the command took effect, so that it may stand
  /// for [Outcome.Unknown] and for what surely had none.
  void write(PendingReply slot, Outcome outcome, ByteBuf out) {
    switch (outcome) {
      case Outcome.Done(Result result) -> write(slot, result, out);
      case Outcome.NotLeader(int leader) -> writeRedirect(leader, out);
      case Outcome.NoMemory() -> writeLine(NO_MEMORY, out);
      case Outcome.Busy _, Outcome.Refused _, Outcome.Unknown() -> writeLine(INTERNAL, out);
    }
  }

  private void write(PendingReply slot, Result result, ByteBuf out) {
    switch (result) {
      case Result.Written(long version, long changes) -> {
        out.writeBytes(OK);
        writeVersion(version, changes, out);
        endLine(out);
      }
      case Result.Found found -> writeFound(slot, found, out);
      case Result.NotFound() -> writeLine(NOT_FOUND, out);
      case Result.Exists _, Result.Mismatch _ -> writeLine(versionError, out);
      case Result.Deleted _ -> out.writeBytes(DELETED);
      case Result.Forgotten() -> writeLine(FORGOTTEN, out);
      case Result.Refused(Result.Reason reason) -> writeLine(lineOf(reason), out);
      case Result.Expired _, Result.Advanced _ ->
          throw new IllegalStateException("no client asks for " + result);
    }
  }

  private void writeVersion(long version, long changes, ByteBuf out) {
    Decimals.write(settings.dialect().has(Variant.VERSIONS_PER_KEY) ? changes : version, out);
  }

  private static Line lineOf(Result.Reason reason) {
    return switch (reason) {
      case KEY_TOO_LONG, VALUE_TOO_LONG -> COMMAND_ERROR;
      case NO_USER, STALE_USER -> AUTH_ERROR;
      case PERMISSION_DENIED -> PERMISSION_ERROR;
      case MALFORMED,
          TRANSACTION_TOO_LARGE,
          LEASE_NOT_FOUND,
          LEASE_EXISTS,
          TOO_MANY_LEASES,
          NOT_A_NUMBER,
          OVERFLOW,
          FUTURE_REVISION,
          RESULT_TOO_LARGE,
          USER_EXISTS,
          USER_NOT_FOUND,
          ROLE_EXISTS,
          ROLE_NOT_FOUND,
          ROLE_NOT_GRANTED,
          PERMISSION_NOT_GRANTED,
          ROOT_USER_NEEDED,
          ROOT_ROLE_NEEDED,
          INVALID_AUTH_MANAGEMENT,
          INVALID_NAME,
          TOO_MANY_USERS,
          KEY_NOT_FOUND,
          UNKNOWN_PLACE ->
          INTERNAL;
    };
  }

  private void writeFound(PendingReply slot, Result.Found found, ByteBuf out) {
    out.writeBytes(VALUE);
    if (slot.request.kind() == TextCommand.Kind.GETM) {
      writeVersion(found.version(), found.changes(), out);
      out.writeByte(' ');
      Decimals.write(exptime(slot, found), out);
      out.writeByte(' ');
    }
    writeData(found.value(), out);
  }

  /// In seconds. A value that is there lives for another second at least, for 0 would mean for
  /// ever. What is beyond the end of time does not come nearer.
  private long exptime(PendingReply slot, Result.Found found) {
    boolean isNeverDue = found.ttl() == 0 || found.deadlineMillis() == Long.MAX_VALUE;
    if (isNeverDue || !settings.dialect().has(Variant.EXPTIME_LEFT))
      return TimeToLive.seconds(found.ttl());
    return Math.max(1, Math.ceilDiv(slot.leftMillis(), MILLIS_PER_SECOND));
  }

  private void writeData(Bytes bytes, ByteBuf out) {
    Decimals.write(bytes.length(), out);
    endLine(out);
    out.writeBytes(bytes.asBuffer());
    endLine(out);
  }

  /// Clients look the id up in their own list of servers, so that only one which must be there may
  /// be named.
  private void writeRedirect(int id, ByteBuf out) {
    if (id < 0 || settings.replying().addresses().apply(id).isEmpty()) {
      writeLine(INTERNAL, out);
      return;
    }
    counters.add(Counters.REDIRECTS, 1);
    out.writeBytes(REDIRECT);
    Decimals.write(id, out);
    endLine(out);
  }

  private static void endLine(ByteBuf out) {
    out.writeByte('\r');
    out.writeByte('\n');
  }
}
