package io.jangada.protocol.rpc;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/// The parts of HTTP/1.1 that are text: header fields and their values.
final class HttpText {
  static final AsciiString JSON = AsciiString.cached("application/json");
  private static final AsciiString METADATA = AsciiString.cached("grpc-metadata-");

  private HttpText() {}

  /// What is wrong with the head of a request; null for nothing.
  static HttpResponseStatus refusal(HttpRequest head) {
    if (head.decoderResult().isFailure())
      return switch (head.decoderResult().cause()) {
        case TooLongHttpLineException _ -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
        case TooLongHttpHeaderException _ -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
        default -> HttpResponseStatus.BAD_REQUEST;
      };
    HttpVersion version = head.protocolVersion();
    if (version.majorVersion() != 1) return HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
    boolean isOld = version.equals(HttpVersion.HTTP_1_0);
    int hosts = head.headers().getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || hosts == 0 && !isOld) return HttpResponseStatus.BAD_REQUEST;
    String expected = head.headers().get(HttpHeaderNames.EXPECT);
    if (expected != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected))
      return HttpResponseStatus.EXPECTATION_FAILED;
    return null;
  }

  /// What a client says beside its message: what gRPC's clients say as metadata, behind a prefix
  /// or, where HTTP has the same, as that.
  static Metadata metadata(HttpHeaders headers) {
    return GrpcText.metadata(
        name -> {
          String value = headers.get(METADATA.concat(name));
          boolean isOwn = name == GrpcText.AUTHORIZATION || name == GrpcText.TIMEOUT;
          return value == null && isOwn ? headers.get(name) : value;
        });
  }

  /// What all answers have.
  ///
  /// @param request null where it could not be read
  static void complete(HttpResponse response, HttpRequest request, boolean isLast) {
    HttpHeaders headers =
        response
            .headers()
            .set(HttpHeaderNames.DATE, now())
            .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE")
            .set(
                HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization")
            // What a page of elsewhere embeds is not to be taken for a script.
            .set("X-Content-Type-Options", "nosniff");
    if (isLast) headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0))
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
  }

  private static String now() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
  }

  static boolean isGet(HttpRequest request) {
    return request.method().equals(HttpMethod.GET) || isHead(request);
  }

  static boolean isHead(HttpRequest request) {
    return request.method().equals(HttpMethod.HEAD);
  }

  static String phrase(Status status) {
    return HttpResponseStatus.valueOf(status.code().http()).reasonPhrase();
  }
}
