package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.client.Answer.Word;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Reads the replies of the text protocol out of a stream. A reply that is not whole yet is left
/// where it is; what can be no reply at all is a [MalformedException], and the stream is then of no
/// further use.
final class AnswerReader {
  /// No reply's first line is longer.
  private static final int LINE_BYTES_MAX = 512;

  private static final int LINE_END_BYTES = 2;

  private final int valueBytesMax;

  /// The header of a value whose bytes are still to come, or null.
  private String[] header;

  private int valueBytes;

  AnswerReader(int valueBytesMax) {
    this.valueBytesMax = valueBytesMax;
  }

  /// The next reply, or null when it is not all there yet.
  Answer next(ByteBuf in) {
    if (header == null) {
      String line = line(in);
      if (line == null) return null;
      if (!line.startsWith("VALUE ")) return single(line);
      header = line.split(" ", -1);
      if (header.length != 2 && header.length != 4) throw malformed(line);
      valueBytes = (int) number(header[header.length - 1], 0, valueBytesMax, line);
    }
    if (in.readableBytes() < valueBytes + LINE_END_BYTES) return null;
    Bytes value = bytes(in, valueBytes);
    if (in.readByte() != '\r' || in.readByte() != '\n')
      throw new MalformedException("a value of other than the announced " + valueBytes + " bytes");
    String[] words = header;
    header = null;
    if (words.length == 2) return new Answer.Value(value);
    String line = String.join(" ", words);
    long version = number(words[1], Long.MIN_VALUE, Long.MAX_VALUE, line);
    return new Answer.Meta(version, number(words[2], 0, Long.MAX_VALUE, line), value);
  }

  private static String line(ByteBuf in) {
    int length = in.bytesBefore((byte) '\n');
    if (length > LINE_BYTES_MAX || length < 0 && in.readableBytes() > LINE_BYTES_MAX)
      throw malformed(in.toString(in.readerIndex(), 40, StandardCharsets.ISO_8859_1) + "...");
    if (length < 0) return null;
    String line = in.readString(length, StandardCharsets.ISO_8859_1);
    in.skipBytes(1);
    return line.endsWith("\r") ? line.substring(0, length - 1) : line;
  }

  private static Bytes bytes(ByteBuf in, int length) {
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return Bytes.wrap(bytes);
  }

  private static Answer single(String line) {
    return switch (line) {
      case "DELETED" -> Word.DELETED;
      case "ERR_NOT_FOUND" -> Word.ERR_NOT_FOUND;
      // The second is how the protocol's first description spells it; servers can be set to it.
      case "ERR_VERSION", "ERR_VERION" -> Word.ERR_VERSION;
      case "ERR_CMD_ERR" -> Word.ERR_CMD_ERR;
      case "ERR_INTERNAL" -> Word.ERR_INTERNAL;
      case "ERR_INTERNAL out of memory" -> Word.NO_MEMORY;
      case "ERR_FORGOTTEN" -> Word.ERR_FORGOTTEN;
      case "OK" -> Word.KNOWN;
      case "ERR_AUTH" -> Word.ERR_AUTH;
      case "ERR_PERMISSION" -> Word.ERR_PERMISSION;
      default -> numbered(line);
    };
  }

  private static Answer numbered(String line) {
    if (line.startsWith("OK "))
      return new Answer.Ok(number(line.substring(3), Long.MIN_VALUE, Long.MAX_VALUE, line));
    if (line.startsWith("REDIRECT "))
      return new Answer.Redirect((int) number(line.substring(9), 0, Integer.MAX_VALUE, line));
    throw malformed(line);
  }

  private static long number(String digits, long min, long max, String line) {
    try {
      long number = Long.parseLong(digits);
      if (number >= min && number <= max) return number;
    } catch (NumberFormatException e) {
      throw malformed(line);
    }
    throw malformed(line);
  }

  private static MalformedException malformed(String line) {
    return new MalformedException("no reply of this protocol: '" + Bytes.utf8(line) + "'");
  }
}
