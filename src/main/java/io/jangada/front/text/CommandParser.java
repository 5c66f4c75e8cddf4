package io.jangada.front.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// The bytes of one connection turned into commands, however they are cut into pieces.
///
/// A command is a line, and `set` and `cas` are followed by as many bytes as they announce. The
/// line is looked at when its end is there. Data that is there completely is copied once, into the
/// value; data that comes in pieces is gathered under a budget that all connections share. Where
/// that is spent the data is read over and the command becomes [TextCommand.Dropped]: nothing ever
/// waits for a client that stopped in the middle.
final class CommandParser {
  /// The longest line, its end included.
  static final int LINE_BYTES_MAX = 64 << 10;

  static final int CLIENT_BYTES_MAX = 32;

  /// The longest time to live: beyond, milliseconds do not fit into a number.
  static final long EXPTIME_MAX = Long.MAX_VALUE / 1_000;

  private static final int KEPT_LINE_BYTES = 256;
  private static final int FIRST_VALUE_BYTES = 64 << 10;

  private static final long GET = Fields.word("get");
  private static final long GETM = Fields.word("getm");
  private static final long SET = Fields.word("set");
  private static final long CAS = Fields.word("cas");
  private static final long DELETE = Fields.word("delete");
  private static final long ONCE = Fields.word("once");
  private static final long ADMIN = Fields.word("admin");
  private static final long VERSION = Fields.word("version");
  private static final long QUIT = Fields.word("quit");

  private static final Condition ALWAYS = new Condition.Always();
  private static final Condition ABSENT = new Condition.Absent();
  private static final TextCommand MALFORMED = new TextCommand.Malformed();
  private static final TextCommand DROPPED = new TextCommand.Dropped();

  /// A `set` or `cas` that waits for its data.
  private record Header(
      TextCommand.Kind kind, Bytes key, long ttlMillis, Condition condition, RequestId requestId) {}

  private final TextSettings settings;
  private final Budget arriving;
  private final Fields fields = new Fields();

  private byte[] line = new byte[KEPT_LINE_BYTES];
  private int lineLength;
  private long valueTaken;

  /// Set while data is awaited, and null while a line is.
  private Header header;

  /// What becomes of the data that is read over, or null.
  private TextCommand instead;

  private byte[] value;
  private int valueLength;
  private int valueBytes;
  private boolean afterData;
  private boolean over;

  /// @param arriving what may be held of lines and values that have not come to their end
  CommandParser(TextSettings settings, Budget arriving) {
    this.settings = settings;
    this.arriving = arriving;
  }

  /// The next command, or null when it is not there completely: then all of `in` was taken.
  TextCommand next(ByteBuf in) {
    while (!over) {
      TextCommand command = valueBytes > valueLength ? readData(in) : readLine(in);
      if (command != null) return command;
      if (!in.isReadable()) return null;
    }
    in.skipBytes(in.readableBytes());
    return null;
  }

  /// Lets go of what is held. Nothing may be parsed afterwards.
  void close() {
    over = true;
    arriving.give(valueTaken + line.length - KEPT_LINE_BYTES);
    valueTaken = 0;
    line = new byte[KEPT_LINE_BYTES];
    value = null;
  }

  // ---- lines ----

  private TextCommand readLine(ByteBuf in) {
    int from = in.readerIndex();
    int end = in.indexOf(from, in.writerIndex(), (byte) '\n');
    int more = (end < 0 ? in.writerIndex() : end) - from;
    if (more >= LINE_BYTES_MAX - lineLength || !hasLineRoom(lineLength + more)) {
      over = true;
      return new TextCommand.Overlong();
    }
    in.readBytes(line, lineLength, more);
    lineLength += more;
    if (end < 0) return null;
    in.skipBytes(1);
    int length = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
    lineLength = 0;
    TextCommand command = parse(length);
    if (line.length > KEPT_LINE_BYTES) dropLine();
    return command;
  }

  private boolean hasLineRoom(int bytes) {
    if (bytes <= line.length) return true;
    int size = Math.min(LINE_BYTES_MAX, Math.max(bytes, 2 * line.length));
    if (!arriving.tryTake(size - line.length)) return false;
    line = Arrays.copyOf(line, size);
    return true;
  }

  private void dropLine() {
    arriving.give(line.length - KEPT_LINE_BYTES);
    line = new byte[KEPT_LINE_BYTES];
  }

  /// Null for a line that is no command, and for one whose data is to come.
  private TextCommand parse(int length) {
    fields.split(line, length);
    boolean endsData = afterData;
    afterData = false;
    if (fields.count() == 0) {
      boolean skipped = !settings.dialect().emptyLinesAnswered() || endsData && length == 0;
      return skipped ? null : MALFORMED;
    }
    long word = fields.word(0);
    if (word == ONCE) return once();
    if (word == ADMIN)
      return fields.count() < 2 ? MALFORMED : new TextCommand.Admin(fields.texts(1));
    if (word == VERSION) return fields.count() == 1 ? new TextCommand.Version() : MALFORMED;
    if (word == QUIT) return fields.count() == 1 ? new TextCommand.Quit() : MALFORMED;
    return request(0, null);
  }

  private TextCommand once() {
    if (fields.count() < 4) return MALFORMED;
    if (fields.length(1) > CLIENT_BYTES_MAX || !fields.isPrintable(1)) return MALFORMED;
    if (!fields.isNumber(2) || fields.number() < 0) return MALFORMED;
    return request(3, new RequestId.Numbered(fields.bytes(1), fields.number()));
  }

  /// @param first the field of the command word
  private TextCommand request(int first, RequestId requestId) {
    long word = fields.word(first);
    int count = fields.count() - first;
    if (word == SET) return count == 4 ? store(first, requestId) : MALFORMED;
    if (word == CAS) return count == 5 ? store(first, requestId) : MALFORMED;
    if (count != 2) return MALFORMED;
    boolean fits = fields.length(first + 1) <= settings.kv().keyBytesMax();
    if (word == DELETE && fits) {
      Operation delete = new Operation.Delete(fields.bytes(first + 1), ALWAYS);
      return new TextCommand.Request(TextCommand.Kind.DELETE, delete, requestId);
    }
    if (word != GET && word != GETM || requestId != null || !fits) return MALFORMED;
    TextCommand.Kind kind = word == GET ? TextCommand.Kind.GET : TextCommand.Kind.GETM;
    return new TextCommand.Request(kind, new Operation.Get(fields.bytes(first + 1)), null);
  }

  // ---- data ----

  private TextCommand store(int first, RequestId requestId) {
    boolean isCas = fields.word(first) == CAS;
    if (!fields.isNumber(first + 2) || fields.number() < 0) return MALFORMED;
    long ttlMillis = Math.min(fields.number(), EXPTIME_MAX) * 1_000;
    int last = first + (isCas ? 4 : 3);
    if (!fields.isNumber(last) || fields.number() < 0) return MALFORMED;
    if (fields.number() > settings.kv().valueBytesMax()) return MALFORMED;
    int bytes = (int) fields.number();
    if (isCas && !fields.isNumber(first + 3)) return MALFORMED;
    Condition condition = settings.dialect().setOverwrites() ? ALWAYS : ABSENT;
    if (isCas) condition = new Condition.Version(fields.number());
    TextCommand.Kind kind = isCas ? TextCommand.Kind.CAS : TextCommand.Kind.SET;
    valueBytes = bytes;
    // The line is right and its data comes: read as commands, it could do harm.
    boolean fits = fields.length(first + 1) <= settings.kv().keyBytesMax();
    if (fits) header = new Header(kind, fields.bytes(first + 1), ttlMillis, condition, requestId);
    else instead = MALFORMED;
    return bytes == 0 ? finish() : null;
  }

  private TextCommand readData(ByteBuf in) {
    int more = Math.min(in.readableBytes(), valueBytes - valueLength);
    if (instead == null && !hasValueRoom(valueLength + more)) {
      instead = DROPPED;
      dropValue();
    }
    if (instead == null) in.readBytes(value, valueLength, more);
    else in.skipBytes(more);
    valueLength += more;
    return valueLength == valueBytes ? finish() : null;
  }

  private boolean hasValueRoom(int bytes) {
    if (value != null && bytes <= value.length) return true;
    if (value == null && bytes == valueBytes) {
      value = new byte[valueBytes];
      return true;
    }
    // Where memory is short, an announcement alone takes little of it.
    int size = valueBytes;
    if (!arriving.isRoomy())
      size = (int) Math.min(valueBytes, Math.max(FIRST_VALUE_BYTES, 2L * bytes));
    if (!arriving.tryTake(size - valueTaken)) return false;
    valueTaken = size;
    value = value == null ? new byte[size] : Arrays.copyOf(value, size);
    return true;
  }

  private void dropValue() {
    value = null;
    header = null;
    arriving.give(valueTaken);
    valueTaken = 0;
  }

  private TextCommand finish() {
    TextCommand command = instead;
    if (command == null) {
      Bytes whole = valueBytes == 0 ? Bytes.EMPTY : Bytes.wrap(value);
      Operation write = new Operation.Write(header.key, whole, header.ttlMillis, header.condition);
      command = new TextCommand.Request(header.kind, write, header.requestId);
    }
    dropValue();
    instead = null;
    valueLength = 0;
    valueBytes = 0;
    afterData = true;
    return command;
  }
}
