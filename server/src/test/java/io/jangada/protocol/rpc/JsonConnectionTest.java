package io.jangada.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.jangada.protocol.port.PortLimits;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// HTTP/1.1 with JSON, apart from what the methods do.
@Timeout(60)
class JsonConnectionTest {
  @TempDir private static Path folder;
  private static JsonPort port;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    port = JsonPort.serving(folder);
  }

  @AfterAll
  static void stop() throws IOException {
    port.close();
  }

  private static HttpResponse<String> post(String path, String json) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(port.uri(path)).POST(HttpRequest.BodyPublishers.ofString(json));
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String raw(String line, String... headers) {
    StringBuilder text = new StringBuilder(line + " HTTP/1.1\r\nHost: here\r\n");
    for (String header : headers) text.append(header).append("\r\n");
    return text.append("\r\n").toString();
  }

  private static String call(String path, String json) {
    return raw("POST " + path, "Content-Length: " + json.length()) + json;
  }

  private static final String GOOD = call("/v3/echo", "{\"limit\":3}");

  @Test
  void answersAreMessagesAndErrorsSayTheirCodeThreeTimes() throws Exception {
    HttpResponse<String> good = post("/v3/echo", "{\"limit\":\"7\",\"unknown\":[1]}");
    assertThat(good.statusCode()).isEqualTo(200);
    assertThat(good.body()).isEqualTo("{\"count\":\"7\"}");
    assertThat(good.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(good.headers().firstValue("access-control-allow-origin")).hasValue("*");
    HttpResponse<String> bad = post("/v3/fail", "{}");
    assertThat(bad.statusCode()).isEqualTo(503);
    assertThat(bad.body())
        .isEqualTo(
            "{\"error\":\"no \\\"leader\\\"\",\"message\":\"no \\\"leader\\\"\",\"code\":14}");
    assertThat(post("/v3/missing", "{}").statusCode()).isEqualTo(501);
    assertThat(post("/v3/echo", "{\"limit\":[]}").body()).contains("\"code\":3");
  }

  @Test
  void aMessageOfAStreamIsAChunkAndComesAtOnce() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say(call("/v3/watch", "{\"create_request\":{}}"));
      assertThat(client.head()).contains("200 OK").contains("chunked");
      assertThat(client.until("}}\n\r\n"))
          .isEqualTo("1c\r\n{\"result\":{\"watch_id\":\"1\"}}\n\r\n");
      assertThat(client.until("}}\n\r\n"))
          .isEqualTo("1c\r\n{\"result\":{\"watch_id\":\"2\"}}\n\r\n");
      assertThat(port.heard()).isEqualTo("half-closed");
      Call call = port.call();
      call.post(() -> call.send(JsonPort.event(77)));
      assertThat(client.until("}}\n\r\n")).contains("{\"result\":{\"watch_id\":\"77\"}}\n");
      call.post(() -> call.end(new Status(Code.CANCELLED, "etcdserver: watch canceled")));
      assertThat(client.until("0\r\n\r\n"))
          .contains(
              "{\"error\":{\"grpc_code\":1,\"http_code\":408,\"message\":\"etcdserver: watch"
                  + " canceled\",\"http_status\":\"Request Timeout\",\"code\":1}}\n");
      client.say(GOOD);
      assertThat(client.code()).isEqualTo(200);
    }
  }

  @Test
  void aStreamThatFailsAtOnceHasItsCodeInTheFirstLine() throws Exception {
    HttpResponse<String> failed = post("/v3/failing", "{}");
    assertThat(failed.statusCode()).isEqualTo(503);
    assertThat(failed.body())
        .contains("{\"error\":{\"grpc_code\":14,\"http_code\":503,\"message\":\"no");
  }

  @Test
  void whoClosesTheConnectionCancels() throws Exception {
    for (String path : new String[] {"/v3/watch", "/v3/keep"}) {
      try (JsonPort.Raw client = port.raw()) {
        client.say(call(path, "{}"));
        assertThat(port.call()).isNotNull();
        if (path.equals("/v3/watch")) assertThat(port.heard()).isEqualTo("half-closed");
      }
      assertThat(port.heard()).as(path).isEqualTo("cancelled");
    }
  }

  @Test
  void requestsThatComeTogetherAreAnsweredInTheirOrder() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      String first = call("/v3/keep", "{}");
      client.say(first + GOOD + raw("GET /page?a=1") + first);
      Call call = port.call();
      assertThat(port.kept).as("the next waits").isEmpty();
      call.post(() -> call.answer(RangeResponse.newBuilder().setCount(1).build()));
      assertThat(client.until("}")).contains("{\"count\":\"1\"}");
      assertThat(client.until("}")).contains("{\"count\":\"3\"}");
      assertThat(client.until("]")).contains("page [a]");
      assertThat(port.call()).isNotNull();
    }
    assertThat(port.heard()).isEqualTo("cancelled");
  }

  @Test
  void aDeadlineIsKept() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say(raw("POST /v3/keep", "Grpc-Timeout: 1m", "Content-Length: 0"));
      assertThat(client.code()).isEqualTo(504);
    }
    assertThat(port.heard()).isEqualTo("cancelled");
    Call call = port.call();
    assertThat(call.isOver()).isTrue();
  }

  @Test
  void metadataIsInHeaders() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say(
          raw(
              "POST /v3/keep",
              "Content-Length: 0",
              "Authorization: Bearer t1",
              "Grpc-Metadata-hasLeader: true"));
      Call call = port.call();
      assertThat(call.metadata()).isEqualTo(new Metadata("t1", true, 0));
    }
    assertThat(port.heard()).isEqualTo("cancelled");
  }

  /// What is said, with `|` for the end of a line, and the code of the answer.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "GET /page HTTP/1.1|Host: a||; 200; true",
        "HEAD /page HTTP/1.1|Host: a||; 200; true",
        "GET /page HTTP/1.0||; 200; false",
        "GET /page HTTP/1.0|Connection: keep-alive||; 200; true",
        "GET /page HTTP/1.1|Host: a|Connection: close||; 200; false",
        "GET /nothing HTTP/1.1|Host: a||; 404; true",
        "POST /page HTTP/1.1|Host: a|Content-Length: 2||{}; 405; true",
        "GET /v3/echo HTTP/1.1|Host: a||; 405; true",
        "OPTIONS /v3/echo HTTP/1.1|Host: a||; 200; true",
        "CONNECT a:1 HTTP/1.1|Host: a||; 404; true",
        "PRI * HTTP/2.0||; 505; false",
        "GET /page HTTP/1.1||; 400; false",
        "GET /page HTTP/1.1|Host: a|Host: b||; 400; false",
        "GET /page HTTP/1.1|Host: a| folded: x|a b: c||; 400; false",
        "nonsense||; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Content-Length: 2|Transfer-Encoding: chunked||0||;"
            + " 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Content-Length: 2|Content-Length: 3||{}; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Content-Length: -1||; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Content-Length: +2||{}; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Transfer-Encoding: gzip||; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Transfer-Encoding: chunked, gzip||; 400; false",
        "POST /v3/echo HTTP/1.0|Transfer-Encoding: chunked||0||; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Transfer-Encoding: chunked||zz|; 400; false",
        "POST /v3/echo HTTP/1.1|Host: a|Transfer-Encoding: chunked||2|{}|0||; 200; true",
        "POST /v3/echo HTTP/1.1|Host: a|Content-Length: 999999||; 429; false",
        "POST /v3/echo HTTP/1.1|Host: a|Expect: wonders|Content-Length: 2||{}; 417; false",
        "POST /v3/echo HTTP/1.1|Host: a|Expect: 100-continue|Content-Length: 999999||; 429; false",
        "POST /t.T/Echo HTTP/1.1|Host: a|Content-Type: application/grpc-web|Content-Length: 0||;"
            + " 404; true",
      })
  void eachRequestHasItsCode(String said, int code, boolean goesOn) throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say(said.replace("|", "\r\n"));
      assertThat(client.code()).isEqualTo(code);
      if (goesOn) {
        client.say(raw("GET /page?last=1"));
        assertThat(client.until("[last]")).endsWith("page [last]");
      } else assertThat(client.ends()).isTrue();
    }
  }

  @Test
  void linesAndHeadersAreBounded() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\n");
      assertThat(client.code()).isEqualTo(414);
    }
    try (JsonPort.Raw client = port.raw()) {
      client.say("GET /page HTTP/1.1\r\nHost: a\r\nX: " + "b".repeat(70_000));
      assertThat(client.code()).isEqualTo(431);
    }
  }

  @Test
  void whoAsksWhetherToSendABodyIsTold() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say(raw("POST /v3/echo", "Expect: 100-continue", "Content-Length: 11"));
      assertThat(client.code()).isEqualTo(100);
      client.say("{\"limit\":5}");
      assertThat(client.until("}")).contains("{\"count\":\"5\"}");
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhenItIsAndNotKept() throws Exception {
    try (JsonPort.Raw client = port.raw()) {
      client.say(raw("POST /v3/echo", "Transfer-Encoding: chunked"));
      String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
      for (int i = 0; i < 14; i++) client.say(chunk);
      assertThat(client.code()).isEqualTo(429);
      assertThat(port.state.arriving().used()).isZero();
    }
  }

  @Test
  void whateverComesTheNextClientIsServed() throws Exception {
    Random random = new Random(16);
    byte[] valid =
        (call("/v3/echo", "{\"key\":\"Zm9v\",\"limit\":\"3\",\"sort_order\":\"ASCEND\"}") + GOOD)
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 150; i++) {
      byte[] bytes = valid.clone();
      for (int change = random.nextInt(4); change >= 0; change--)
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try (JsonPort.Raw client = port.raw()) {
        client.socket.getOutputStream().write(bytes, 0, random.nextInt(bytes.length) + 1);
        client.socket.shutdownOutput();
        assertThat(client.ends()).isTrue();
      }
    }
    assertThat(post("/v3/echo", "{}").statusCode()).isEqualTo(200);
    assertThat(port.state.arriving().used()).isZero();
  }

  // ---- time and memory ----

  private static JsonPort serving(Path place, JsonConnection.Times times, PortLimits limits)
      throws IOException {
    JsonPort other = new JsonPort(place, times, limits);
    other.serve();
    return other;
  }

  @Test
  void whoIsSlowToAskOrToReadIsClosed(@TempDir Path place) throws Exception {
    JsonConnection.Times times = new JsonConnection.Times(500, 2_000, 200, 20);
    try (JsonPort hasty = serving(place, times, PortLimits.DEFAULT);
        JsonPort.Raw deaf = hasty.raw().say(call("/v3/watch", "{}"));
        JsonPort.Raw half = hasty.raw().say("POST /v3/echo HTTP/1.1\r\nHos");
        JsonPort.Raw silent = hasty.raw()) {
      Call call = hasty.call();
      call.post(() -> pump(call));
      assertThat(hasty.heard()).isEqualTo("half-closed");
      assertThat(half.ends()).isTrue();
      assertThat(silent.ends()).isTrue();
      String heard = hasty.heard();
      for (; heard.equals("ready"); heard = hasty.heard()) call.post(() -> pump(call));
      assertThat(heard).isEqualTo("cancelled");
      assertThat(deaf.ends()).isTrue();
    }
  }

  /// Sends as long as the client takes it.
  private static void pump(Call call) {
    WatchResponse large =
        WatchResponse.newBuilder().setCancelReason("because ".repeat(20_000)).build();
    for (int i = 0; i < 100 && call.isReady(); i++) call.send(large);
    call.flushSoon();
    if (call.isReady()) call.post(() -> pump(call));
  }

  @Test
  void whatArrivesIsBoundedForAllTogether(@TempDir Path place) throws Exception {
    PortLimits usual = PortLimits.DEFAULT;
    PortLimits limits =
        new PortLimits(
            100, usual.perConnection(), new PortLimits.Together(100, 1 << 20, 1_000, 1 << 20));
    try (JsonPort small = serving(place, JsonConnection.Times.DEFAULT, limits);
        JsonPort.Raw first = small.raw();
        JsonPort.Raw second = small.raw()) {
      first.say(raw("POST /v3/echo", "Content-Length: 5000") + " ".repeat(900));
      second.say(raw("POST /v3/echo", "Content-Length: 5000") + " ".repeat(1_100));
      assertThat(second.code()).isEqualTo(429);
    }
  }
}
