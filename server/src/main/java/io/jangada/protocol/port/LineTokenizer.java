package io.jangada.protocol.port;

import io.jangada.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The fields of one line: runs of bytes with blanks between them. It is used for one line after
/// the other, and copies nothing until it is asked to.
public final class LineTokenizer {
  private static final int WORD_BYTES_MAX = 7;

  private final boolean isWhiteBlank;
  private final int[] starts;
  private final int[] ends;
  private byte[] line = {};
  private int length;
  private int count;
  private long number;

  /// @param isWhiteBlank whether all white space stands between fields; otherwise spaces alone do
  /// @param lookedAtMax how many fields are looked at: of a line with more the first ones, and the
  ///   last two
  public LineTokenizer(boolean isWhiteBlank, int lookedAtMax) {
    this.isWhiteBlank = isWhiteBlank;
    starts = new int[lookedAtMax];
    ends = new int[lookedAtMax];
  }

  /// A command word as [#word] gives it.
  public static long word(String text) {
    long packed = 1;
    for (byte one : text.getBytes(StandardCharsets.US_ASCII)) packed = packed << 8 | one;
    return packed;
  }

  /// Splits a line, without its end. The array must not change as long as the fields are used.
  public void split(byte[] bytes, int lineLength) {
    line = bytes;
    length = lineLength;
    count = 0;
    for (int i = skipBlanks(0); i < length; i = skipBlanks(i)) {
      int end = skipField(i);
      add(i, end);
      i = end;
    }
  }

  private void add(int start, int end) {
    int place = Math.min(count, starts.length - 1);
    if (count >= starts.length) {
      starts[place - 1] = starts[place];
      ends[place - 1] = ends[place];
    }
    starts[place] = start;
    ends[place] = end;
    count++;
  }

  private int skipBlanks(int from) {
    int i = from;
    while (i < length && isBlank(line[i])) i++;
    return i;
  }

  private int skipField(int from) {
    int i = from;
    while (i < length && !isBlank(line[i])) i++;
    return i;
  }

  /// Space, and where they count tab and the controls between LF and CR.
  private boolean isBlank(byte b) {
    return b == ' ' || isWhiteBlank && b >= '\t' && b <= '\r';
  }

  public int count() {
    return count;
  }

  /// How many fields can be asked for. The last of these is the last of the line.
  public int lookedAt() {
    return Math.min(count, starts.length);
  }

  /// A field of at most seven bytes in one number; 0 for a longer one.
  public long word(int field) {
    if (ends[field] - starts[field] > WORD_BYTES_MAX) return 0;
    long packed = 1;
    for (int i = starts[field]; i < ends[field]; i++) packed = packed << 8 | line[i] & 0xff;
    return packed;
  }

  /// The same for a field whose letters may be capitals.
  public long wordInAnyCase(int field) {
    if (ends[field] - starts[field] > WORD_BYTES_MAX) return 0;
    long packed = 1;
    for (int i = starts[field]; i < ends[field]; i++) packed = packed << 8 | toLower(line[i]);
    return packed;
  }

  /// Where a field begins in the line.
  public int start(int field) {
    return starts[field];
  }

  /// The length of the line.
  public int lineLength() {
    return length;
  }

  /// A field as text, a byte a character.
  public String text(int field) {
    return new String(line, starts[field], length(field), StandardCharsets.ISO_8859_1);
  }

  /// Whether a field begins with some ASCII text, whose letters are small ones and may be capitals
  /// in the field.
  public boolean startsWith(int field, String text) {
    if (length(field) < text.length()) return false;
    for (int i = 0; i < text.length(); i++)
      if (toLower(line[starts[field] + i]) != text.charAt(i)) return false;
    return true;
  }

  private static int toLower(byte b) {
    return b >= 'A' && b <= 'Z' ? b | 0x20 : b & 0xff;
  }

  public int length(int field) {
    return ends[field] - starts[field];
  }

  public Bytes bytes(int field) {
    return Bytes.copyOf(line, starts[field], length(field));
  }

  /// Whether a field is printable ASCII through and through.
  public boolean isPrintable(int field) {
    for (int i = starts[field]; i < ends[field]; i++)
      if (line[i] <= ' ' || line[i] >= 0x7f) return false;
    return true;
  }

  /// Whether a field is digits alone, however many, or digits after a plus sign.
  public boolean isUnsigned(int field) {
    int i = starts[field];
    if (line[i] == '+') i++;
    if (i == ends[field]) return false;
    for (; i < ends[field]; i++) if (line[i] < '0' || line[i] > '9') return false;
    return true;
  }

  /// Whether a field is a decimal number of 64 bits: digits after a sign or none, leading zeros
  /// allowed. [#number] is that number then.
  public boolean parseNumber(int field) {
    int i = starts[field];
    int end = ends[field];
    boolean negative = line[i] == '-';
    if (negative || line[i] == '+') i++;
    if (i == end) return false;
    // Counted downwards: there is one more number below zero than above.
    long negated = 0;
    for (; i < end; i++) {
      int digit = line[i] - '0';
      if (digit < 0 || digit > 9) return false;
      if (negated < Long.MIN_VALUE / 10) return false;
      negated *= 10;
      if (negated < Long.MIN_VALUE + digit) return false;
      negated -= digit;
    }
    if (!negative && negated == Long.MIN_VALUE) return false;
    number = negative ? negated : -negated;
    return true;
  }

  /// What the last [#parseNumber] that was true found.
  public long number() {
    return number;
  }

  /// All fields from one on, as text in UTF-8.
  public List<String> texts(int from) {
    List<String> texts = new ArrayList<>();
    int i = starts[from];
    while (i < length) {
      int end = skipField(i);
      texts.add(new String(Arrays.copyOfRange(line, i, end), StandardCharsets.UTF_8));
      i = skipBlanks(end);
    }
    return texts;
  }
}
