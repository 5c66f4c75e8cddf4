package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.protocol.memcached.MemcachedSlot.Group;
import io.jangada.protocol.memcached.MemcachedSlot.Reply;
import io.jangada.protocol.port.ArrivingValue;
import io.jangada.protocol.port.LineReader;
import io.jangada.protocol.port.LineTokenizer;
import io.jangada.protocol.port.PortSettings;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;

/// The bytes of one connection turned into commands, however they are divided into pieces, and
/// begun.
///
/// Data of a command that is refused is read over and never taken for commands, as long as the line
/// says how much it is. The keys of a `get` are asked for one by one, as the client takes their
/// values.
final class CommandParser {
  static final int KEY_BYTES_MAX = 250;

  /// The longest line, its end included.
  private static final int LINE_BYTES_MAX = 64 << 10;

  /// The same of a `get` or `gets`.
  private static final int GET_BYTES_MAX = 1 << 20;

  private static final long DATA_BYTES_MAX = 2_147_483_645;

  /// The most data of a refused command that is read over.
  private static final long REFUSED_BYTES_MAX = 64 << 20;

  /// The longest line of a client that is to say who it is.
  private static final int LOGIN_LINE_BYTES_MAX = 2 << 10;

  private static final int END_BYTES = 2;
  private static final int FIELDS_MAX = 24;
  private static final int NUMBER_BYTES_MAX = 21;

  private static final long NOREPLY = LineTokenizer.word("noreply");
  private static final Condition ALWAYS = new Condition.Always();
  private static final Condition PRESENT = new Condition.Present();
  private static final Lifetime SAME = new Lifetime.Same();

  private final MemcachedConnection connection;
  private final PortSettings settings;
  private final LineTokenizer fields = new LineTokenizer(false, FIELDS_MAX);
  private final LineReader lines;
  private final ArrivingValue value;
  private final Expiry expiry = new Expiry(System::currentTimeMillis);
  private final MetaCommands meta;
  private final Consumer<Bytes> login;

  /// What is begun with the data once that, and the end of the line behind it, is there; null while
  /// a line is awaited.
  private Consumer<Bytes> awaitsData;

  /// How much of what follows the data came: the first byte, or [#NOTHING].
  private int firstOfEnd = NOTHING;

  private static final int NOTHING = -1;

  /// How much is still to be read over.
  private long refusedBytes;

  /// Whether the client wants no reply to the command that was read last.
  private boolean isSilent;

  /// Where the keys are that are still to be asked for, in the line; 0 for none.
  private int keysFrom;

  private int keysTo;
  private KeyCommand keyCommand;

  /// What is asked of each key of a line.
  private record KeyCommand(Group group, Reply reply, boolean isTouching, Lifetime lifetime) {}

  CommandParser(MemcachedConnection connection, PortSettings settings) {
    this.connection = connection;
    this.settings = settings;
    login = connection::logIn;
    meta = new MetaCommands(connection, expiry, settings.kv().valueBytesMax());
    lines = new LineReader(connection.port().arriving());
    value = new ArrivingValue(connection.port().arriving());
  }

  void close() {
    lines.letGo();
    value.letGo();
  }

  /// Whether keys of the line that was read last are still to be asked for.
  boolean hasMore() {
    return keyCommand != null;
  }

  /// Begins the next command. Returns false when it is not there completely: then all of `in` was
  /// taken.
  boolean next(ByteBuf in) {
    boolean began = false;
    while (!began) {
      if (keyCommand != null) began = askNextKey();
      else if (refusedBytes > 0) readOver(in);
      else if (awaitsData != null) began = readData(in);
      else began = readLine(in);
      if (!began && !in.isReadable()) return false;
    }
    return true;
  }

  // ---- lines ----

  private boolean readLine(ByteBuf in) {
    byte[] refusal = connection.refusal();
    int length = lines.read(in, refusal == null ? lineBytesMax(in) : LOGIN_LINE_BYTES_MAX);
    if (length == LineReader.PARTIAL) return false;
    if (length == LineReader.TOO_LONG)
      return leave(refusal == null ? Replies.LINE_TOO_LONG : refusal);
    fields.split(lines.bytes(), length);
    isSilent = false;
    connection.countCommand();
    boolean began = refusal == null ? parse() : parseLogin(refusal);
    if (keyCommand == null) lines.letGo();
    return began;
  }

  private int lineBytesMax(ByteBuf in) {
    int held = lines.partialLength();
    byte[] beginning = lines.bytes();
    for (int i = 0; i < 3; i++) {
      int at = in.readerIndex() + i - held;
      int one = i < held ? beginning[i] : at < in.writerIndex() ? in.getByte(at) : 0;
      if (one != "get".charAt(i)) return LINE_BYTES_MAX;
    }
    return GET_BYTES_MAX;
  }

  /// Carries out the line. Returns whether something was begun or answered.
  private boolean parse() {
    int count = fields.count();
    if (count == 0) return say(Replies.ERROR);
    return switch (fields.text(0)) {
      case "get" -> get(false);
      case "gets" -> get(true);
      case "gat" -> getAndTouch(false);
      case "gats" -> getAndTouch(true);
      case "set", "add", "replace", "append", "prepend" -> store(5);
      case "cas" -> store(6);
      case "incr" -> add(Change.Arithmetic.UNSIGNED, Replies.INCR);
      case "decr" -> add(Change.Arithmetic.UNSIGNED_DOWN, Replies.DECR);
      case "delete" -> delete();
      case "touch" -> touch();
      case "flush_all" -> flush();
      case "mg", "md", "ma" -> meta(2);
      case "ms" -> metaStore();
      case "me" -> metaDebug();
      case "mn" -> say(Replies.MN);
      case "version" -> say(Replies.line("VERSION " + version(settings)));
      case "verbosity" -> verbosity();
      case "stats" -> stats();
      case "quit" -> leave(null);
      case "lru_crawler" ->
          say(
              fields.count() > 1 && fields.text(1).equals("metadump")
                  ? Replies.NO_DUMP
                  : Replies.ERROR);
      default -> isHttp() ? leave(null) : say(Replies.ERROR);
    };
  }

  /// What clients compare with the releases whose commands they know. They look for three numbers
  /// at the beginning, npm's `memcached` at the end: other text there ends the process it is in.
  static String version(PortSettings settings) {
    return "1.6.27-jangada-" + settings.clients().release().replaceFirst("-.*", "");
  }

  private boolean isHttp() {
    return fields.startsWith(fields.lookedAt() - 1, "http/");
  }

  /// Whether there are so many fields, or one more that says that no reply is wanted.
  private boolean takesFields(int wanted) {
    int count = fields.count();
    isSilent = count == wanted + 1 && fields.word(fields.lookedAt() - 1) == NOREPLY;
    return count == wanted || isSilent;
  }

  private boolean isKey(int field) {
    return fields.length(field) <= KEY_BYTES_MAX;
  }

  // ---- reads ----

  private boolean get(boolean hasUnique) {
    if (fields.count() < 2) return say(Replies.ERROR);
    return ask(1, hasUnique, false, null);
  }

  private boolean getAndTouch(boolean hasUnique) {
    if (fields.count() < 3) return say(Replies.ERROR);
    if (!fields.parseNumber(1)) return say(Replies.BAD_EXPTIME);
    return ask(2, hasUnique, true, expiry.lifetime(fields.number()));
  }

  private boolean ask(int firstKey, boolean hasUnique, boolean isTouching, Lifetime lifetime) {
    if (fields.count() == firstKey + 1) {
      if (!isKey(firstKey)) return say(Replies.BAD_FORMAT);
      Bytes key = fields.bytes(firstKey);
      Reply reply = hasUnique ? Replies.UNIQUE : Replies.VALUE;
      if (isTouching) reply = Replies.touching(reply);
      return ask(key, operation(key, isTouching, lifetime), reply, null);
    }
    int from = fields.start(firstKey);
    int to = fields.lineLength();
    byte[] line = lines.bytes();
    for (int at = from, key = from; at <= to; at++) {
      if (at < to && line[at] != ' ') continue;
      if (at - key > KEY_BYTES_MAX) return say(Replies.BAD_FORMAT);
      key = at + 1;
    }
    keysFrom = from;
    keysTo = to;
    Reply reply = hasUnique ? Replies.UNIQUE_OF_SEVERAL : Replies.VALUE_OF_SEVERAL;
    if (isTouching) reply = Replies.touching(reply);
    keyCommand = new KeyCommand(new Group(), reply, isTouching, lifetime);
    return askNextKey();
  }

  /// Asks for one key, or ends the reply behind the last.
  private boolean askNextKey() {
    byte[] line = lines.bytes();
    while (keysFrom < keysTo && line[keysFrom] == ' ') keysFrom++;
    KeyCommand command = keyCommand;
    if (keysFrom == keysTo) {
      keyCommand = null;
      lines.letGo();
      connection.say(new MemcachedSlot(connection, Replies.END).in(command.group));
      return true;
    }
    int from = keysFrom;
    while (keysFrom < keysTo && line[keysFrom] != ' ') keysFrom++;
    Bytes key = Bytes.copyOf(line, from, keysFrom - from);
    ask(key, operation(key, command.isTouching, command.lifetime), command.reply, command.group);
    return true;
  }

  private static Operation operation(Bytes key, boolean isTouching, Lifetime lifetime) {
    if (!isTouching) return new Operation.Look(key);
    if (lifetime != null) return new Operation.Put(key, new Change.Keep(), lifetime, PRESENT, true);
    List<Operation.Step> steps =
        List.of(new Operation.Range(KeyRange.of(key)), new Operation.Delete(key, ALWAYS));
    return new Operation.Transaction(List.of(), steps, List.of());
  }

  // ---- changes ----

  private boolean add(Change.Arithmetic arithmetic, Reply reply) {
    if (!takesFields(3)) return refuse(Replies.ERROR);
    if (!isKey(1)) return refuse(Replies.BAD_FORMAT);
    if (!fields.isUnsigned(2) || fields.length(2) > NUMBER_BYTES_MAX)
      return refuse(Replies.BAD_DELTA);
    long delta;
    try {
      delta = Long.parseUnsignedLong(fields.text(2));
    } catch (NumberFormatException e) {
      return refuse(Replies.BAD_DELTA);
    }
    Change change = new Change.Add(arithmetic, delta, null);
    Bytes key = fields.bytes(1);
    return ask(key, new Operation.Put(key, change, SAME, ALWAYS, false), reply, null);
  }

  /// An old form has a time behind the key, which must be 0.
  private boolean delete() {
    if (!takesFields(2)) {
      boolean isOld = takesFields(3) && fields.parseNumber(2) && fields.number() == 0;
      if (!isOld) return refuse(fields.count() < 2 ? Replies.ERROR : Replies.BAD_DELETE);
    }
    if (!isKey(1)) return refuse(Replies.BAD_FORMAT);
    Bytes key = fields.bytes(1);
    return ask(key, new Operation.Delete(key, ALWAYS), Replies.DELETE, null);
  }

  private boolean touch() {
    if (!takesFields(3)) return refuse(Replies.ERROR);
    if (!isKey(1)) return refuse(Replies.BAD_FORMAT);
    if (!fields.parseNumber(2)) return refuse(Replies.BAD_EXPTIME);
    Bytes key = fields.bytes(1);
    Lifetime lifetime = expiry.lifetime(fields.number());
    Operation operation =
        lifetime == null
            ? new Operation.Delete(key, ALWAYS)
            : new Operation.Put(key, new Change.Keep(), lifetime, PRESENT, false);
    return ask(key, operation, Replies.TOUCH, null);
  }

  private boolean flush() {
    if (!takesFields(1) && !takesFields(2)) return refuse(Replies.ERROR);
    boolean hasDelay = fields.count() == (isSilent ? 3 : 2);
    if (hasDelay && !fields.parseNumber(1)) return refuse(Replies.BAD_EXPTIME);
    if (!settings.clients().flushes()) return refuse(Replies.FLUSH_REFUSED);
    long millis = hasDelay ? expiry.millis(fields.number()) : 0;
    Operation flush = new Operation.Flush(Math.clamp(millis, 0, Operation.LEASE_MILLIS_MAX));
    return ask(null, flush, Replies.FLUSH, null);
  }

  private boolean verbosity() {
    int count = fields.count();
    isSilent = fields.word(fields.lookedAt() - 1) == NOREPLY;
    return refuse(count == 2 || count == 3 ? Replies.OK : Replies.ERROR);
  }

  private boolean stats() {
    switch (fields.count() == 1 ? "" : fields.text(1)) {
      case "" -> connection.stats(MemcachedListener::stats);
      case "settings" -> connection.stats(MemcachedListener::statsOfSettings);
      case "items", "slabs", "sizes", "conns" -> connection.say(Replies.END);
      case "reset" -> connection.stats(MemcachedListener::resetStats);
      case "cachedump" -> connection.say(Replies.DUMP_REFUSED);
      default -> connection.say(Replies.ERROR);
    }
    return true;
  }

  // ---- what has data ----

  /// @param wanted how many fields there are without a last one
  private boolean store(int wanted) {
    boolean isCas = wanted == 6;
    int count = fields.count();
    if (count < wanted || count > wanted + 1) return say(Replies.ERROR);
    isSilent = count == wanted + 1 && fields.word(wanted) == NOREPLY;
    if (!fields.parseNumber(4) || fields.number() < 0 || fields.number() > DATA_BYTES_MAX)
      return refuse(Replies.BAD_FORMAT);
    int bytes = (int) fields.number();
    if (!isKey(1)) return refuse(Replies.BAD_FORMAT, bytes);
    if (!fields.parseNumber(2) || fields.number() < 0) return refuse(Replies.BAD_FORMAT, bytes);
    int flags = (int) fields.number();
    if (!fields.parseNumber(3)) return refuse(Replies.BAD_FORMAT, bytes);
    Lifetime lifetime = expiry.lifetime(fields.number());
    long unique = 0;
    if (isCas) {
      try {
        unique = Long.parseUnsignedLong(fields.text(5));
      } catch (NumberFormatException e) {
        return refuse(Replies.BAD_FORMAT, bytes);
      }
    }
    if (bytes > settings.kv().valueBytesMax()) return refuse(Replies.TOO_LARGE, bytes);
    StorageCommand command =
        new StorageCommand(fields.text(0), fields.bytes(1), flags, lifetime, unique);
    return awaitData(bytes, data -> store(command, data));
  }

  private void store(StorageCommand command, Bytes data) {
    MemcachedSlot slot = command.slot(connection, data, settings.kv().valueBytesMax());
    if (command.word().equals("set")) connection.set(slot.silent(isSilent), data);
    else connection.ask(slot.silent(isSilent));
  }

  private boolean readData(ByteBuf in) {
    if (value.isAwaited() && !value.read(in)) return false;
    if (!in.isReadable()) return false;
    if (firstOfEnd == NOTHING) {
      firstOfEnd = in.readByte();
      if (!in.isReadable()) return false;
    }
    boolean isEnd = firstOfEnd == '\r' & in.readByte() == '\n';
    firstOfEnd = NOTHING;
    Consumer<Bytes> begins = awaitsData;
    awaitsData = null;
    Bytes data = value.take();
    // Users may be checked since the line came.
    byte[] refusal = connection.refusal();
    if (refusal != null && (begins != login || !isEnd)) return refuse(refusal);
    if (!isEnd) return refuse(Replies.BAD_CHUNK);
    if (data == null) return refuse(Replies.NO_MEMORY);
    begins.accept(data);
    return true;
  }

  private boolean awaitData(int bytes, Consumer<Bytes> begins) {
    awaitsData = begins;
    value.begin(bytes);
    return false;
  }

  // ---- meta commands ----

  private boolean meta(int firstFlag) {
    if (fields.count() < 2) return say(Replies.ERROR);
    try {
      MetaRequest request = MetaRequest.read(fields, firstFlag);
      connection.ask(
          switch (fields.text(0)) {
            case "mg" -> meta.get(request);
            case "md" -> meta.delete(request);
            default -> meta.add(request);
          });
      return true;
    } catch (MetaRequest.MalformedLine e) {
      return say(Replies.line(e.getMessage()));
    }
  }

  private boolean metaStore() {
    if (fields.count() < 3) return say(Replies.ERROR);
    if (!fields.parseNumber(2) || fields.number() < 0 || fields.number() > DATA_BYTES_MAX)
      return say(Replies.BAD_FORMAT);
    int bytes = (int) fields.number();
    try {
      MetaRequest request = MetaRequest.read(fields, 3);
      MetaCommands.checkMode(request);
      if (bytes > settings.kv().valueBytesMax()) return refuse(Replies.TOO_LARGE, bytes);
      return awaitData(bytes, data -> connection.ask(meta.store(request, data)));
    } catch (MetaRequest.MalformedLine e) {
      return refuse(Replies.line(e.getMessage()), bytes);
    }
  }

  private boolean metaDebug() {
    if (fields.count() < 2 || !isKey(1)) return say(Replies.BAD_FORMAT);
    Bytes key = fields.bytes(1);
    return ask(key, new Operation.Range(KeyRange.of(key)), Replies.DEBUG, null);
  }

  // ---- clients that are not known ----

  /// Takes `set <any> <any> <any> <bytes>`, whose data is to say who the client is. Everything else
  /// is refused, whether or not a reply is wanted; data is read over.
  private boolean parseLogin(byte[] refusal) {
    int bytesField =
        switch (fields.count() == 0 ? "" : fields.text(0)) {
          case "set", "add", "replace", "append", "prepend", "cas" -> 4;
          case "ms" -> 2;
          default -> fields.count();
        };
    boolean hasData =
        fields.count() > bytesField
            && fields.parseNumber(bytesField)
            && fields.number() >= 0
            && fields.number() <= DATA_BYTES_MAX;
    if (!hasData) return say(refusal);
    int bytes = (int) fields.number();
    boolean isLogin = refusal == Replies.UNAUTHENTICATED && fields.text(0).equals("set");
    if (!isLogin || bytes > Login.BYTES_MAX) return refuse(refusal, bytes);
    return awaitData(bytes, login);
  }

  // ---- what is said ----

  private boolean ask(Bytes key, Operation operation, Reply reply, Group group) {
    connection.ask(new MemcachedSlot(connection, operation, key, reply).in(group).silent(isSilent));
    return true;
  }

  private boolean say(byte[] line) {
    connection.say(line);
    return true;
  }

  /// Says something, if the client wants a reply.
  private boolean refuse(byte[] line) {
    return !isSilent && say(line);
  }

  /// The same of a command whose data is to be read over.
  private boolean refuse(byte[] line, long dataBytes) {
    if (dataBytes > REFUSED_BYTES_MAX) return leave(line);
    refusedBytes = dataBytes + END_BYTES;
    return refuse(line);
  }

  private void readOver(ByteBuf in) {
    int more = (int) Math.min(in.readableBytes(), refusedBytes);
    in.skipBytes(more);
    refusedBytes -= more;
  }

  /// The last of this connection.
  private boolean leave(byte[] line) {
    if (line != null) connection.say(line);
    connection.leave();
    return true;
  }
}
