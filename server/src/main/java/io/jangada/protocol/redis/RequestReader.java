package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.ArrivingValue;
import io.jangada.protocol.port.LineReader;
import io.jangada.protocol.port.Quota;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// The bytes of one connection turned into requests, however they are divided into pieces: arrays
/// of bulk strings, and lines.
///
/// Memory is taken as arguments arrive, never as they are announced. Arguments that are too many or
/// too long are read over, and the request is answered with an error.
final class RequestReader {
  /// The most arguments of a request, its name included.
  static final int ARGUMENTS_MAX = 64 << 10;

  /// The same, and the longest of them, of a client that must say who it is before anything else.
  private static final int STRANGERS_ARGUMENTS_MAX = 10;

  private static final int STRANGERS_BULK_BYTES_MAX = 16 << 10;

  private static final int LINE_BYTES_MAX = 64 << 10;

  /// The longest argument that is read over; beyond, the connection is closed.
  private static final long BULK_BYTES_MAX = 64 << 20;

  private static final int END_BYTES = 2;

  /// What an argument takes beside its bytes, about.
  private static final int OVERHEAD_BYTES = 48;

  /// What was read.
  sealed interface Read {}

  /// All was taken, and completes no request.
  record Partial() implements Read {}

  /// @param arguments the name first
  record Request(List<Bytes> arguments) implements Read {}

  /// A request that is too large. The next can be read.
  record TooLarge(String error) implements Read {}

  /// What comes is no request, and nothing more can be read.
  ///
  /// @param error null where nothing is to be said
  record Broken(String error) implements Read {}

  private static final Read PARTIAL = new Partial();
  private static final String PREFIX = "ERR Protocol error: ";

  private final Quota arriving;
  private final LineReader lines;
  private final ArrivingValue value;
  private final long bytesMax;

  private List<Bytes> arguments = new ArrayList<>();

  /// How many arguments are still to come, 0 between requests.
  private int left;

  /// Whether an argument is being read.
  private boolean isInBulk;

  /// How much is to be read over: of an argument that is too long, and the end of each.
  private long skipBytes;

  /// Whether the client must say who it is before anything else.
  private boolean isOfStranger;

  private String error;
  private long heldBytes;
  private long takenBytes;

  /// @param argumentsBytesMax of all arguments of a request
  RequestReader(Quota arriving, long argumentsBytesMax) {
    this.arriving = arriving;
    this.bytesMax = argumentsBytesMax;
    lines = new LineReader(arriving);
    value = new ArrivingValue(arriving);
  }

  void close() {
    lines.letGo();
    value.letGo();
    arriving.give(takenBytes);
    takenBytes = 0;
  }

  /// @param isOfStranger whether the client must say who it is before anything else
  Read next(ByteBuf in, boolean isOfStranger) {
    this.isOfStranger = isOfStranger;
    while (in.isReadable()) {
      Read read = step(in);
      if (read != null) return read;
    }
    arriving.take(heldBytes - takenBytes);
    takenBytes = heldBytes;
    return PARTIAL;
  }

  /// Null where more is to be read.
  private Read step(ByteBuf in) {
    if (skipBytes > 0) {
      int more = (int) Math.min(in.readableBytes(), skipBytes);
      in.skipBytes(more);
      skipBytes -= more;
      return skipBytes == 0 && left == 0 && !isInBulk ? finish() : null;
    }
    if (isInBulk) return readBulk(in);
    int length = lines.read(in, LINE_BYTES_MAX);
    if (length == LineReader.PARTIAL) return null;
    Read read = length == LineReader.TOO_LONG ? tooLong() : readLine(length);
    lines.letGo();
    return read;
  }

  private Read tooLong() {
    int first = lines.partialLength() > 0 ? lines.bytes()[0] : 0;
    if (left > 0) return broken("too big bulk count string");
    return broken(first == '*' ? "too big mbulk count string" : "too big inline request");
  }

  private Read readLine(int length) {
    byte[] line = lines.bytes();
    if (left > 0) return beginBulk(line, length);
    if (length == 0) return null;
    if (line[0] != '*') return inline(new InlineWords(line, length).split());
    long count = number(line, length);
    if (count == NO_NUMBER || count > Integer.MAX_VALUE) return broken("invalid multibulk length");
    if (count <= 0) return null;
    if (isOfStranger && count > STRANGERS_ARGUMENTS_MAX)
      return broken("unauthenticated multibulk length");
    left = (int) count;
    if (count > ARGUMENTS_MAX) error = "ERR too many arguments";
    return null;
  }

  private Read inline(List<Bytes> words) {
    if (words == null) return broken("unbalanced quotes in request");
    return words.isEmpty() ? null : checked(words);
  }

  private Read beginBulk(byte[] line, int length) {
    if (length == 0 || line[0] != '$')
      return broken("expected '$', got '" + (length == 0 ? '\r' : (char) (line[0] & 0xff)) + "'");
    long bytes = number(line, length);
    if (bytes < 0 || bytes > BULK_BYTES_MAX) return broken("invalid bulk length");
    if (isOfStranger && bytes > STRANGERS_BULK_BYTES_MAX)
      return broken("unauthenticated bulk length");
    left--;
    if (error == null && heldBytes + bytes > bytesMax) error = "ERR value is too long";
    if (error != null) {
      skipBytes = bytes + END_BYTES;
      return null;
    }
    isInBulk = true;
    value.begin((int) bytes);
    return bytes == 0 ? endBulk() : null;
  }

  private Read readBulk(ByteBuf in) {
    return value.read(in) ? endBulk() : null;
  }

  private Read endBulk() {
    isInBulk = false;
    skipBytes = END_BYTES;
    Bytes bytes = value.take();
    if (bytes == null) {
      error = "OOM command not allowed when used memory > 'maxmemory'.";
      return null;
    }
    heldBytes += bytes.length() + OVERHEAD_BYTES;
    arguments.add(bytes);
    return null;
  }

  /// All of the request is there, or was read over.
  private Read finish() {
    List<Bytes> whole = arguments;
    String why = error;
    arriving.give(takenBytes);
    takenBytes = 0;
    heldBytes = 0;
    error = null;
    arguments = new ArrayList<>(4);
    return why == null ? checked(whole) : new TooLarge(why);
  }

  /// Browsers say what no client does.
  private static Read checked(List<Bytes> whole) {
    Bytes name = whole.getFirst();
    boolean isBrowser =
        name.length() == 4 && name.toUtf8().equalsIgnoreCase("post")
            || name.length() == 5 && name.toUtf8().equalsIgnoreCase("host:");
    return isBrowser ? new Broken(null) : new Request(whole);
  }

  private Read broken(String why) {
    return new Broken(PREFIX + why);
  }

  private static final long NO_NUMBER = Long.MIN_VALUE;

  /// The number behind the first byte, as strictly as the protocol has it.
  private static long number(byte[] line, int length) {
    boolean isNegative = length > 1 && line[1] == '-';
    int from = isNegative ? 2 : 1;
    if (length == from || length - from > 10 || line[from] == '0' && length > from + 1)
      return NO_NUMBER;
    long number = 0;
    for (int i = from; i < length; i++) {
      if (line[i] < '0' || line[i] > '9') return NO_NUMBER;
      number = number * 10 + line[i] - '0';
    }
    return isNegative ? -number : number;
  }
}
