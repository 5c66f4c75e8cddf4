package io.jangada.front.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Writes replies, byte for byte as the protocol has them. A reply is one piece: clients may read a
/// value's line and throw away what came with it, expecting the data later, or the other way round.
final class Replies {
  static final byte[] COMMAND_ERROR = line("ERR_CMD_ERR");
  static final byte[] INTERNAL = line("ERR_INTERNAL");
  static final byte[] TOO_MANY_CONNECTIONS = line("ERR_INTERNAL too many connections");

  private static final byte[] NOT_FOUND = line("ERR_NOT_FOUND");
  private static final byte[] FORGOTTEN = line("ERR_FORGOTTEN");
  private static final byte[] DELETED = line("DELETED");
  private static final byte[] VALUE = ascii("VALUE ");
  private static final byte[] OK = ascii("OK ");
  private static final byte[] REDIRECT = ascii("REDIRECT ");
  private static final int NUMBER_BYTES_MAX = 20;
  private static final long MILLIS_PER_SECOND = 1_000;

  private final TextSettings settings;
  private final byte[] versionError;
  private final byte[] version;
  private final byte[] digits = new byte[NUMBER_BYTES_MAX];

  Replies(TextSettings settings) {
    this.settings = settings;
    versionError = line(settings.dialect().seedSpelling() ? "ERR_VERION" : "ERR_VERSION");
    version = line("VERSION " + settings.version());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] line(String text) {
    return ascii(text + "\r\n");
  }

  byte[] version() {
    return version;
  }

  /// How much a slot's reply takes at most.
  int sizeMax(Slot slot) {
    int fixed = 4 * NUMBER_BYTES_MAX;
    if (slot.line != null) return Math.max(fixed, slot.line.length);
    if (slot.outcome instanceof Outcome.Done(Result.Found found))
      return fixed + found.value().length();
    if (slot.adminReply instanceof AdminReply.Value(Bytes bytes)) return fixed + bytes.length();
    return fixed;
  }

  /// Writes the reply of a slot that is answered.
  void write(Slot slot, ByteBuf out) {
    if (slot.line != null) out.writeBytes(slot.line);
    else if (slot.adminReply != null) write(slot.adminReply, out);
    else write(slot.request.kind(), slot.outcome, out);
  }

  private void write(AdminReply reply, ByteBuf out) {
    switch (reply) {
      case AdminReply.Value(Bytes bytes) -> writeValue(bytes, out);
      case AdminReply.Redirect(int id) -> writeRedirect(id, out);
      case AdminReply.CommandError() -> out.writeBytes(COMMAND_ERROR);
      case AdminReply.InternalError() -> out.writeBytes(INTERNAL);
    }
  }

  /// `ERR_INTERNAL` says nothing about whether the command took effect, so that it may stand for
  /// [Outcome.Unknown] and for what surely had none.
  private void write(TextCommand.Kind kind, Outcome outcome, ByteBuf out) {
    switch (outcome) {
      case Outcome.Done(Result result) -> write(kind, result, out);
      case Outcome.NotLeader(int leader) -> writeRedirect(leader, out);
      case Outcome.Busy _, Outcome.Refused _, Outcome.Unknown() -> out.writeBytes(INTERNAL);
    }
  }

  private void write(TextCommand.Kind kind, Result result, ByteBuf out) {
    switch (result) {
      case Result.Written(long written) -> {
        out.writeBytes(OK);
        writeNumber(written, out);
        endLine(out);
      }
      case Result.Found found -> writeFound(kind, found, out);
      case Result.NotFound() -> out.writeBytes(NOT_FOUND);
      case Result.Exists _, Result.Mismatch _ -> out.writeBytes(versionError);
      case Result.Deleted _ -> out.writeBytes(DELETED);
      case Result.Forgotten() -> out.writeBytes(FORGOTTEN);
      case Result.Refused(Result.Reason reason) -> out.writeBytes(lineOf(reason));
      case Result.Expired _ -> throw new IllegalStateException("no client asks for expiry");
    }
  }

  private static byte[] lineOf(Result.Reason reason) {
    return switch (reason) {
      case KEY_TOO_LONG, VALUE_TOO_LONG -> COMMAND_ERROR;
      case MALFORMED -> INTERNAL;
    };
  }

  private void writeFound(TextCommand.Kind kind, Result.Found found, ByteBuf out) {
    out.writeBytes(VALUE);
    if (kind == TextCommand.Kind.GETM) {
      writeNumber(found.version(), out);
      out.writeByte(' ');
      writeNumber(found.ttlMillis() / MILLIS_PER_SECOND, out);
      out.writeByte(' ');
    }
    writeData(found.value(), out);
  }

  private void writeValue(Bytes bytes, ByteBuf out) {
    out.writeBytes(VALUE);
    writeData(bytes, out);
  }

  private void writeData(Bytes bytes, ByteBuf out) {
    writeNumber(bytes.length(), out);
    endLine(out);
    out.writeBytes(bytes.asBuffer());
    endLine(out);
  }

  /// Clients look the id up in their own list of servers, so that only one which must be there may
  /// be named.
  private void writeRedirect(int id, ByteBuf out) {
    if (id < 0 || !settings.knows().test(id)) {
      out.writeBytes(INTERNAL);
      return;
    }
    out.writeBytes(REDIRECT);
    writeNumber(id, out);
    endLine(out);
  }

  /// @param number 0 or more
  private void writeNumber(long number, ByteBuf out) {
    int first = NUMBER_BYTES_MAX;
    long rest = number;
    do {
      digits[--first] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    out.writeBytes(digits, first, NUMBER_BYTES_MAX - first);
  }

  private static void endLine(ByteBuf out) {
    out.writeByte('\r');
    out.writeByte('\n');
  }
}
