package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.TimeToLive;
import io.jangada.protocol.port.ArrivingValue;
import io.jangada.protocol.port.LineReader;
import io.jangada.protocol.port.LineTokenizer;
import io.jangada.protocol.port.Quota;
import io.jangada.protocol.text.TextSettings.Variant;
import io.netty.buffer.ByteBuf;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The bytes of one connection turned into commands, however they are divided into pieces.
///
/// A command is a line, and `set` and `cas` are followed by as many bytes as they announce. The
/// line is looked at when its end is there. Data that is there completely is copied once, into the
/// value; data that comes in pieces is gathered under a budget that all connections share. Where
/// that is spent the data is read over and the command becomes [TextCommand.Dropped]: nothing ever
/// waits for a client that stopped in the middle.
///
/// Data of a command that is refused is read over, too, and never taken for commands. Where it is
/// too much for that, or what comes is another protocol, the line is the last of its connection.
final class CommandParser {
  /// The longest line, its end included.
  static final int LINE_BYTES_MAX = 64 << 10;

  /// The most data of a refused command that is read over.
  static final int REFUSED_BYTES_MAX = 64 << 20;

  static final int CLIENT_BYTES_MAX = 32;

  private static final long GET = LineTokenizer.word("get");
  private static final long GETM = LineTokenizer.word("getm");
  private static final long SET = LineTokenizer.word("set");
  private static final long CAS = LineTokenizer.word("cas");
  private static final long DELETE = LineTokenizer.word("delete");
  private static final long ONCE = LineTokenizer.word("once");
  private static final long ADMIN = LineTokenizer.word("admin");
  private static final long AUTH = LineTokenizer.word("auth");
  private static final long VERSION = LineTokenizer.word("version");
  private static final long QUIT = LineTokenizer.word("quit");
  private static final long NOREPLY = LineTokenizer.word("noreply");

  /// Words that data follows in protocols of this kind, `cas` beside them.
  private static final long[] STORES =
      Stream.of("set", "add", "replace", "append", "prepend")
          .mapToLong(LineTokenizer::word)
          .toArray();

  private static final Condition ALWAYS = new Condition.Always();
  private static final Condition ANY_CHANGES = new Condition.AnyChanges();
  private static final Condition ABSENT = new Condition.Absent();
  private static final TextCommand MALFORMED = new TextCommand.Malformed();
  private static final TextCommand DROPPED = new TextCommand.Dropped();
  private static final TextCommand DERAILED = new TextCommand.Derailed();
  private static final TextCommand IGNORED = new TextCommand.Ignored();
  private static final TextCommand QUIT_SILENTLY = new TextCommand.Quit();

  /// A `set` or `cas` that waits for its data.
  private record Header(
      TextCommand.Kind kind, Bytes key, long ttl, Condition condition, RequestId requestId) {}

  private final TextSettings settings;
  private final LineTokenizer fields = new LineTokenizer(true, 10);
  private final LineReader lines;
  private final ArrivingValue value;

  /// Set while data is awaited, and null while a line is.
  private Header header;

  /// Whether the client wants no reply to the `set` or `cas` that was read last.
  private boolean silent;

  /// How much data of a refused command is still to be read over.
  private int refusedBytes;

  private boolean afterData;
  private boolean over;

  /// @param arriving what may be held of lines and values that have not come to their end
  CommandParser(TextSettings settings, Quota arriving) {
    this.settings = settings;
    lines = new LineReader(arriving);
    value = new ArrivingValue(arriving);
  }

  /// The next command, or null when it is not there completely: then all of `in` was taken.
  TextCommand next(ByteBuf in) {
    while (!over) {
      if (refusedBytes > 0) readOver(in);
      TextCommand command = value.isAwaited() ? readData(in) : readLine(in);
      if (command != null) return command;
      if (!in.isReadable()) return null;
    }
    in.skipBytes(in.readableBytes());
    return null;
  }

  /// Lets go of what is held. Nothing may be parsed afterwards.
  void close() {
    over = true;
    lines.letGo();
    value.letGo();
  }

  // ---- lines ----

  private TextCommand readLine(ByteBuf in) {
    int length = lines.read(in, LINE_BYTES_MAX);
    if (length == LineReader.PARTIAL) return null;
    if (length == LineReader.TOO_LONG) {
      over = true;
      return findsLongKey(lines.beginning(in, LINE_BYTES_MAX))
          ? DERAILED
          : new TextCommand.Overlong();
    }
    TextCommand command = parse(length);
    lines.letGo();
    return command;
  }

  /// Whether the beginning of a line that is too long is a command whose key is.
  private boolean findsLongKey(byte[] beginning) {
    fields.split(beginning, beginning.length);
    int first = fields.count() > 0 && fields.word(0) == ONCE ? 3 : 0;
    if (fields.lookedAt() < first + 2) return false;
    long word = fields.word(first);
    boolean keyed = word == GET || word == GETM || word == SET || word == CAS || word == DELETE;
    return keyed && fields.length(first + 1) > settings.kv().keyBytesMax();
  }

  /// Null for a line that is no command, and for one whose data is to come.
  private TextCommand parse(int length) {
    fields.split(lines.bytes(), length);
    boolean endsData = afterData;
    afterData = false;
    if (fields.count() == 0) {
      boolean skipped =
          !settings.dialect().has(Variant.EMPTY_LINES_ANSWERED) || endsData && length == 0;
      return skipped ? null : MALFORMED;
    }
    long word = fields.word(0);
    if (word == ONCE) return once();
    if (word == ADMIN && fields.count() > 1) return new TextCommand.Admin(fields.texts(1));
    if (word == AUTH && fields.count() == 3)
      return new TextCommand.Auth(fields.bytes(1), fields.bytes(2));
    if (word == VERSION && fields.count() == 1) return new TextCommand.Version();
    if (word == QUIT && fields.count() == 1) return new TextCommand.Quit();
    return request(0, null);
  }

  private TextCommand once() {
    if (fields.count() < 4) return refuse(0);
    if (fields.length(1) > CLIENT_BYTES_MAX || !fields.isPrintable(1)) return refuse(3);
    if (!fields.parseNumber(2) || fields.number() < 0) return refuse(3);
    return request(3, new RequestId.Numbered(fields.bytes(1), fields.number()));
  }

  /// @param first the field of the command word
  private TextCommand request(int first, RequestId requestId) {
    long word = fields.word(first);
    int count = fields.count() - first;
    silent = isSilent(word, count);
    if (silent) count--;
    if (word == SET && count == 4 || word == CAS && count == 5) {
      TextCommand command = store(first, requestId);
      return silent ? silenced(command) : command;
    }
    boolean fits = count == 2 && fields.length(first + 1) <= settings.kv().keyBytesMax();
    if (word == DELETE && fits) {
      Operation delete = new Operation.Delete(fields.bytes(first + 1), ALWAYS);
      return new TextCommand.Request(TextCommand.Kind.DELETE, delete, requestId);
    }
    if (word != GET && word != GETM || requestId != null || !fits) return refuse(first);
    TextCommand.Kind kind = word == GET ? TextCommand.Kind.GET : TextCommand.Kind.GETM;
    return new TextCommand.Request(kind, new Operation.Get(fields.bytes(first + 1)), null);
  }

  private boolean isSilent(long word, int count) {
    boolean longer = word == SET && count == 5 || word == CAS && count == 6;
    return longer
        && settings.dialect().has(Variant.NO_REPLY)
        && fields.word(fields.lookedAt() - 1) == NOREPLY;
  }

  /// The same command of a client that wants no reply.
  private static TextCommand silenced(TextCommand command) {
    if (command == DERAILED) return QUIT_SILENTLY;
    return command == MALFORMED || command == DROPPED ? IGNORED : command;
  }

  // ---- what is refused ----

  /// The line is no command, or one that breaks a rule. Data that it announces comes all the same.
  ///
  /// @param first the field of the command word
  private TextCommand refuse(int first) {
    int announced = announcement(first);
    boolean derailed = isHttp();
    if (announced >= 0 && fields.isUnsigned(announced)) {
      derailed |= !fields.parseNumber(announced) || fields.number() > REFUSED_BYTES_MAX;
      if (!derailed) refusedBytes = (int) fields.number();
      afterData = refusedBytes == 0;
    }
    over = derailed;
    return derailed ? DERAILED : MALFORMED;
  }

  /// The field that says how much data comes after the line; -1 when there is none.
  private int announcement(int first) {
    long word = fields.wordInAnyCase(first);
    boolean isCas = word == CAS;
    if (!isCas && LongStream.of(STORES).noneMatch(store -> store == word)) return -1;
    int count = fields.count() - first;
    int last = fields.lookedAt() - 1;
    if (fields.word(last) == NOREPLY) {
      count--;
      last--;
    }
    // memcached's cas ends in the version, after flags, time and length.
    if (isCas && count == 6) return last - 1;
    return count < (isCas ? 5 : 4) ? -1 : last;
  }

  /// Whether the line is the first of an HTTP request, or the header that each of them has.
  private boolean isHttp() {
    int last = fields.lookedAt() - 1;
    return last >= 2 && fields.startsWith(last, "http/") || fields.startsWith(0, "host:");
  }

  private void readOver(ByteBuf in) {
    int more = Math.min(in.readableBytes(), refusedBytes);
    in.skipBytes(more);
    refusedBytes -= more;
    afterData = refusedBytes == 0;
  }

  // ---- data ----

  private TextCommand store(int first, RequestId requestId) {
    boolean isCas = fields.word(first) == CAS;
    if (fields.length(first + 1) > settings.kv().keyBytesMax()) return refuse(first);
    if (!fields.parseNumber(first + 2) || fields.number() < 0) return refuse(first);
    long ttl = TimeToLive.ofSeconds(fields.number());
    int last = first + (isCas ? 4 : 3);
    if (!fields.parseNumber(last) || fields.number() < 0) return refuse(first);
    if (fields.number() > settings.kv().valueBytesMax()) return refuse(first);
    int bytes = (int) fields.number();
    if (isCas && !fields.parseNumber(first + 3)) return refuse(first);
    Condition condition = isCas ? ofVersion(fields.number()) : ofSet();
    TextCommand.Kind kind = isCas ? TextCommand.Kind.CAS : TextCommand.Kind.SET;
    value.begin(bytes);
    header = new Header(kind, fields.bytes(first + 1), ttl, condition, requestId);
    return bytes == 0 ? finish() : null;
  }

  private Condition ofVersion(long version) {
    boolean perKey = settings.dialect().has(Variant.VERSIONS_PER_KEY);
    return perKey ? new Condition.Changes(version) : new Condition.Version(version);
  }

  private Condition ofSet() {
    if (!settings.dialect().has(Variant.SET_OVERWRITES)) return ABSENT;
    return settings.dialect().has(Variant.VERSIONS_PER_KEY) ? ANY_CHANGES : ALWAYS;
  }

  private TextCommand readData(ByteBuf in) {
    return value.read(in) ? finish() : null;
  }

  private TextCommand finish() {
    TextCommand command = silent ? IGNORED : DROPPED;
    Bytes whole = value.take();
    if (whole != null) {
      Operation write = new Operation.Write(header.key, whole, header.ttl, header.condition);
      command = new TextCommand.Request(header.kind, write, header.requestId, silent);
    }
    header = null;
    afterData = true;
    return command;
  }
}
