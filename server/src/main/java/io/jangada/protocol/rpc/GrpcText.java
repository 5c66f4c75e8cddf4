package io.jangada.protocol.rpc;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// The parts of gRPC over HTTP/2 that are text: header fields and their values.
final class GrpcText {
  static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  static final AsciiString GRPC = AsciiString.cached("application/grpc");
  static final AsciiString ENCODING = AsciiString.cached("grpc-encoding");
  private static final AsciiString ACCEPTED = AsciiString.cached("grpc-accept-encoding");
  static final AsciiString TIMEOUT = AsciiString.cached("grpc-timeout");
  static final AsciiString IDENTITY = AsciiString.cached("identity");
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
  private static final AsciiString TOKEN = AsciiString.cached("token");
  static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
  private static final AsciiString HAS_LEADER = AsciiString.cached("hasleader");
  private static final AsciiString HTTP_OK = AsciiString.cached("200");
  private static final String BEARER = "Bearer ";

  /// Longer sentences are cut: clients bound what they take of header fields.
  private static final int MESSAGE_BYTES_MAX = 1_024;

  private static final long NANOS_MAX = Long.MAX_VALUE / 2;

  private GrpcText() {}

  /// Whether a content type is gRPC's, in whatever form messages are said to have. That of gRPC-Web
  /// is another.
  static boolean isGrpc(CharSequence type) {
    String text = type == null ? "" : type.toString();
    if (!text.startsWith(GRPC.toString())) return false;
    String rest = text.substring(GRPC.length());
    return rest.isEmpty() || rest.startsWith("+") || rest.startsWith(";");
  }

  /// What an answer begins with.
  static Http2Headers headers() {
    return new DefaultHttp2Headers(false, 2).status(HTTP_OK).set(CONTENT_TYPE, GRPC);
  }

  /// What an answer ends with.
  static Http2Headers trailers(Status status) {
    return with(new DefaultHttp2Headers(false, 2), status);
  }

  /// An answer that ends before its first message.
  static Http2Headers headersAndTrailers(Status status) {
    Http2Headers all = headers();
    if (status.code() == Code.UNIMPLEMENTED) all.set(ACCEPTED, IDENTITY);
    return with(all, status);
  }

  private static Http2Headers with(Http2Headers headers, Status status) {
    headers.set(STATUS, AsciiString.of("" + status.code().number()));
    if (!status.message().isEmpty()) headers.set(MESSAGE, percentEncoded(status.message()));
    return headers;
  }

  /// UTF-8 in which all but printable ASCII, and the percent sign, stands as `%XX`.
  static String percentEncoded(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder();
    for (byte one : utf8) {
      if (out.length() >= MESSAGE_BYTES_MAX) break;
      if (one >= ' ' && one <= '~' && one != '%') out.append((char) one);
      else out.append(String.format("%%%02X", one & 0xff));
    }
    return out.toString();
  }

  /// @param get gives the value of a name, null for none
  static Metadata metadata(Function<CharSequence, CharSequence> get) {
    CharSequence token = get.apply(TOKEN);
    if (token == null) token = get.apply(AUTHORIZATION);
    String text = token == null ? null : token.toString();
    if (text != null && text.startsWith(BEARER)) text = text.substring(BEARER.length());
    CharSequence leader = get.apply(HAS_LEADER);
    boolean requires = leader != null && AsciiString.contentEquals(leader, "true");
    return new Metadata(text, requires, timeoutNanos(get.apply(TIMEOUT)));
  }

  /// Reads up to eight digits and a unit; 0 for what is none, which is no limit.
  static long timeoutNanos(CharSequence text) {
    int length = text == null ? 0 : text.length();
    if (length < 2 || length > 9) return 0;
    long count = 0;
    for (int i = 0; i < length - 1; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) return 0;
      count = 10 * count + digit;
    }
    long unit =
        switch (text.charAt(length - 1)) {
          case 'n' -> 1;
          case 'u' -> 1_000;
          case 'm' -> 1_000_000;
          case 'S' -> 1_000_000_000L;
          case 'M' -> 60_000_000_000L;
          case 'H' -> 3_600_000_000_000L;
          default -> 0;
        };
    // One that has passed already is the shortest there is.
    return Math.max(
        unit == 0 ? 0 : 1, count > NANOS_MAX / Math.max(1, unit) ? NANOS_MAX : count * unit);
  }
}
