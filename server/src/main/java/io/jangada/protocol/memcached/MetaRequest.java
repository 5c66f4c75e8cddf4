package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.LineTokenizer;
import java.util.Base64;

/// A meta command: its key and its flags, in the order in which they were given.
final class MetaRequest {
  /// A command cannot be read; the message is the reply.
  static final class MalformedLine extends Exception {
    private static final long serialVersionUID = 1;

    MalformedLine(String reply) {
      super(reply, null, false, false);
    }
  }

  private static final int FLAGS_MAX = 20;
  private static final int OPAQUE_CHARS_MAX = 31;

  /// What flags may stand with each command.
  enum Kind {
    MG("bkOqcCvfsthluTNRPL"),
    MS("bkOqcCsTNFMIPL"),
    MD("bkOqCTIxPL"),
    MA("bkOqcCvtTNJDMPL");

    final String flags;

    Kind(String flags) {
      this.flags = flags;
    }
  }

  private static final String SIGNED = "TNR";
  private static final String UNSIGNED = "CFJD";

  private final Kind kind;
  private final String shownKey;
  private final String[] tokens = new String[128];
  private final StringBuilder order = new StringBuilder();
  private Bytes key;

  private MetaRequest(Kind kind, String shownKey) {
    this.kind = kind;
    this.shownKey = shownKey;
  }

  /// @param firstFlag the field of the first flag
  static MetaRequest read(LineTokenizer fields, int firstFlag) throws MalformedLine {
    Kind kind =
        switch (fields.text(0)) {
          case "mg" -> Kind.MG;
          case "ms" -> Kind.MS;
          case "md" -> Kind.MD;
          default -> Kind.MA;
        };
    if (fields.length(1) > CommandParser.KEY_BYTES_MAX)
      throw new MalformedLine("CLIENT_ERROR bad command line format");
    MetaRequest request = new MetaRequest(kind, fields.text(1));
    if (fields.count() - firstFlag > FLAGS_MAX)
      throw new MalformedLine("CLIENT_ERROR options flags are too long");
    for (int i = firstFlag; i < fields.count(); i++) request.add(fields.text(i));
    request.key = request.has('b') ? decoded(request.shownKey) : fields.bytes(1);
    return request;
  }

  private void add(String text) throws MalformedLine {
    char flag = text.charAt(0);
    boolean isNamed = kind == Kind.MG || kind == Kind.MS;
    if (kind.flags.indexOf(flag) < 0)
      throw new MalformedLine("CLIENT_ERROR invalid " + (isNamed ? "flag" : "or duplicate flag"));
    if (has(flag))
      throw new MalformedLine(
          "CLIENT_ERROR " + (isNamed ? "duplicate flag" : "invalid or duplicate flag"));
    String token = text.substring(1);
    boolean fits =
        SIGNED.indexOf(flag) >= 0 && isNumber(token, false)
            || UNSIGNED.indexOf(flag) >= 0 && isNumber(token, true)
            || (SIGNED + UNSIGNED).indexOf(flag) < 0;
    if (!fits)
      throw new MalformedLine(
          kind == Kind.MA
              ? "CLIENT_ERROR invalid or duplicate flag"
              : "CLIENT_ERROR bad token in command line format");
    if (flag == 'O' && token.length() > OPAQUE_CHARS_MAX)
      throw new MalformedLine("CLIENT_ERROR opaque token too long");
    tokens[flag] = token;
    order.append(flag);
  }

  private static boolean isNumber(String token, boolean isUnsigned) {
    try {
      if (isUnsigned) Long.parseUnsignedLong(token);
      else Long.parseLong(token);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static Bytes decoded(String text) throws MalformedLine {
    try {
      byte[] bytes = text.length() % 4 == 0 ? Base64.getDecoder().decode(text) : new byte[0];
      if (bytes.length > 0) return Bytes.wrap(bytes);
    } catch (IllegalArgumentException e) {
      // It is said below.
    }
    throw new MalformedLine("CLIENT_ERROR error decoding key");
  }

  Kind kind() {
    return kind;
  }

  boolean isStore() {
    return kind == Kind.MS;
  }

  boolean isSum() {
    return kind == Kind.MA;
  }

  Bytes key() {
    return key;
  }

  /// As it was given.
  String shownKey() {
    return shownKey;
  }

  boolean has(char flag) {
    return tokens[flag] != null;
  }

  /// What stands behind a flag.
  String token(char flag) {
    return tokens[flag];
  }

  /// A number of 64 bits without a sign.
  long unsigned(char flag, long otherwise) {
    return has(flag) ? Long.parseUnsignedLong(tokens[flag]) : otherwise;
  }

  long signed(char flag) {
    return Long.parseLong(tokens[flag]);
  }

  /// The mode, in capitals.
  char mode(char otherwise) {
    return has('M') && !tokens['M'].isEmpty()
        ? Character.toUpperCase(tokens['M'].charAt(0))
        : otherwise;
  }

  /// All flags in the order in which they are to be returned.
  CharSequence order() {
    return order;
  }
}
