package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// A command as it goes over the wire, but for a session's number.
///
/// @param line without its end
/// @param data what follows the line, empty for most
record Command(CommandKind kind, Bytes line, Bytes data) implements Request {
  /// What else a command takes beside these, about, for counting bytes.
  private static final int MORE_BYTES = 128;

  private static final byte[] LINE_END = {'\r', '\n'};

  static Command get(Bytes key) {
    return new Command(CommandKind.GET, line("get ", key, ""), Bytes.EMPTY);
  }

  static Command getm(Bytes key) {
    return new Command(CommandKind.GETM, line("getm ", key, ""), Bytes.EMPTY);
  }

  static Command set(Bytes key, Bytes value, long exptimeSeconds) {
    String rest = " " + exptimeSeconds + " " + value.length();
    return new Command(CommandKind.SET, line("set ", key, rest), value);
  }

  static Command cas(Bytes key, long version, Bytes value, long exptimeSeconds) {
    String rest = " " + exptimeSeconds + " " + version + " " + value.length();
    return new Command(CommandKind.CAS, line("cas ", key, rest), value);
  }

  static Command delete(Bytes key) {
    return new Command(CommandKind.DELETE, line("delete ", key, ""), Bytes.EMPTY);
  }

  /// Why no command can have this key, or null when one can: the protocol ends a key at a blank.
  static String whyNotKey(Bytes key) {
    if (key.isEmpty()) return "a key is not empty";
    for (int i = 0; i < key.length(); i++)
      if (isBlank(key.at(i))) return "a key has no blanks and no control characters: " + key;
    return null;
  }

  /// Bytes above 0x7f are parts of letters and count as such.
  private static boolean isBlank(byte b) {
    return b >= 0 && b <= ' ' || b == 0x7f;
  }

  private static Bytes line(String before, Bytes key, String after) {
    byte[] head = before.getBytes(StandardCharsets.US_ASCII);
    byte[] tail = after.getBytes(StandardCharsets.US_ASCII);
    byte[] line = new byte[head.length + key.length() + tail.length];
    System.arraycopy(head, 0, line, 0, head.length);
    key.copyTo(line, head.length);
    System.arraycopy(tail, 0, line, head.length + key.length(), tail.length);
    return Bytes.wrap(line);
  }

  @Override
  public boolean isBinary() {
    return false;
  }

  @Override
  public boolean changes() {
    return kind.changes();
  }

  @Override
  public boolean isNumbered() {
    return kind.isNumbered();
  }

  @Override
  public int sizeBytes() {
    return MORE_BYTES + line.length() + data.length();
  }

  @Override
  public void writeTo(ByteBuf out, RequestNumbers.Ticket ticket, long number) {
    String once = ticket == null ? "" : ticket.prefix();
    out.ensureWritable(once.length() + line.length() + LINE_END.length + data.length());
    out.writeCharSequence(once, StandardCharsets.US_ASCII);
    out.writeBytes(line.asBuffer()).writeBytes(LINE_END).writeBytes(data.asBuffer());
  }

  @Override
  public Reply replyTo(Answer answer) {
    return kind.replyTo(answer);
  }
}
