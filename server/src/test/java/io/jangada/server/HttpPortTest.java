package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.net.PortGate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients of the HTTP port can hold and do: nothing.
class HttpPortTest {
  private static final int BOUND_MILLIS = 20_000;
  private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

  /// Nobody is closed for being slow while a test runs.
  private static final HttpPort.Limits PATIENT =
      new HttpPort.Limits(256, 10 * BOUND_MILLIS, 10 * BOUND_MILLIS, 10 * BOUND_MILLIS);

  private final AtomicBoolean broken = new AtomicBoolean();
  private final List<Socket> sockets = new ArrayList<>();
  private HttpPort port;

  @AfterEach
  void close() throws IOException {
    for (Socket one : sockets) one.close();
    if (port != null) port.close();
  }

  private void start(HttpPort.Limits limits) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var parts =
        new HttpEndpoint.Parts(new ReplicaQueries(() -> null, 1_000), null, null, broken::get);
    port = HttpPort.start(any, new HttpEndpoint(parts), limits, PortGate.plain("HTTP"));
  }

  private Socket send(String text) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.connect(port.address(), BOUND_MILLIS);
    socket.setSoTimeout(BOUND_MILLIS);
    return send(socket, text);
  }

  private static Socket send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /// All that comes until the end.
  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /// Waits for the end of a connection on which nothing is answered.
  private static void assertEnds(Socket socket) throws IOException {
    try {
      assertThat(rest(socket)).isEmpty();
    } catch (SocketException reset) {
      // It was closed before all was read.
    }
  }

  /// One answer, its body included.
  private static String answer(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.indexOf("\r\n\r\n") < 0) {
      int one = in.read();
      if (one < 0) throw new IOException("the end, after " + head);
      head.append((char) one);
    }
    String[] words = head.toString().toLowerCase(Locale.ROOT).split("content-length: |\r\n");
    for (int i = 0; i < words.length; i++)
      if (head.toString().toLowerCase(Locale.ROOT).contains("content-length: " + words[i] + "\r\n"))
        return head + new String(in.readNBytes(Integer.parseInt(words[i])));
    throw new IOException("no length in " + head);
  }

  private String ask(String request) throws IOException {
    try (Socket socket = send(request)) {
      return answer(socket);
    }
  }

  private void assertLives() throws IOException {
    long began = System.nanoTime();
    assertThat(ask(LIVEZ)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok\n");
    assertThat((System.nanoTime() - began) / 1_000_000).isLessThan(1_000);
  }

  // ---- what they can hold ----

  @Test
  void unfinishedRequestsKeepNobodyOutAndTheOldestGoFirst() throws IOException {
    start(PATIENT.withConnectionsMax(100));
    ArrayDeque<Socket> held = new ArrayDeque<>();
    for (int i = 0; i < 60; i++) held.add(send(i % 2 == 0 ? "GET /li" : LIVEZ.substring(0, 30)));
    for (int i = 0; i < 200; i++) {
      held.add(send("GET"));
      if (i % 5 == 0) assertLives();
    }
    while (held.size() > 99) assertEnds(held.poll());
    assertThat(answer(send(held.getLast(), LIVEZ.substring(3)))).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET /livez", "GET /livez HTTP/1.1\r\nHost: x\r\nX: "})
  void aRequestThatDoesNotComeToItsEndIsGivenUp(String beginning) throws IOException {
    start(new HttpPort.Limits(256, 100, BOUND_MILLIS, BOUND_MILLIS));
    Socket held = send(beginning);
    assertEnds(held);
    assertThat(ask(LIVEZ)).startsWith("HTTP/1.1 200");
  }

  @Test
  void whatTricklesInGainsNoTime() throws IOException {
    start(new HttpPort.Limits(256, 200, BOUND_MILLIS, BOUND_MILLIS));
    Socket held = send("GET /livez HTTP/1.1\r\n");
    long end = System.nanoTime() + BOUND_MILLIS * 1_000_000L;
    assertThatThrownBy(
            () -> {
              while (System.nanoTime() < end) send(held, "X: y\r\n");
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void aConnectionThatAsksNoMoreIsClosed() throws IOException {
    start(new HttpPort.Limits(256, BOUND_MILLIS, 100, BOUND_MILLIS));
    Socket idle = send(LIVEZ);
    assertThat(answer(idle)).startsWith("HTTP/1.1 200");
    assertEnds(idle);
  }

  @Test
  void idleConnectionsGiveWayToNewOnesAfterUnfinishedRequests() throws IOException {
    start(PATIENT.withConnectionsMax(2));
    Socket idle = send(LIVEZ);
    answer(idle);
    Socket unfinished = send("GET");
    assertThat(ask(LIVEZ)).startsWith("HTTP/1.1 200");
    assertEnds(unfinished);
    assertThat(answer(send(idle, LIVEZ))).startsWith("HTTP/1.1 200");
  }

  @Test
  void lifeIsToldThoughTheDeskIsBusy() throws Exception {
    start(HttpPort.Limits.DEFAULT);
    assertThat(ask("GET /status HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 503");
    assertThat(ask("GET /readyz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 503");
    assertLives();
    broken.set(true);
    assertThat(ask(LIVEZ)).startsWith("HTTP/1.1 503 Service Unavailable\r\n");
  }

  // ---- what they may say ----

  @Test
  void severalRequestsOnAConnectionAreAnswered() throws IOException {
    start(HttpPort.Limits.DEFAULT);
    Socket socket = send(LIVEZ);
    assertThat(answer(socket)).endsWith("ok\n");
    assertThat(answer(send(socket, "GET /nothing HTTP/1.1\r\n\r\n"))).startsWith("HTTP/1.1 404");
    String body = "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
    assertThat(answer(send(socket, body))).startsWith("HTTP/1.1 200").contains("/metrics");
    send(socket, "GET /livez?verbose HTTP/1.1\r\nConnection: close\r\n\r\n");
    assertThat(rest(socket)).contains("\r\nconnection: close\r\n").endsWith("ok\n");
    assertThat(rest(send("GET http://x/livez HTTP/1.0\r\n\r\n"))).endsWith("ok\n");
  }

  @Test
  void whoDoesNotWaitForTheAnswerGetsItAndNoOther() throws IOException {
    start(HttpPort.Limits.DEFAULT);
    assertThat(rest(send(LIVEZ + LIVEZ))).containsOnlyOnce("200 OK").contains("connection: close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/status"})
  void whoSendsNoMoreIsStillAnswered(String path) throws IOException {
    start(HttpPort.Limits.DEFAULT);
    Socket socket = send("GET " + path + " HTTP/1.1\r\n\r\n");
    socket.shutdownOutput();
    assertThat(rest(socket)).startsWith("HTTP/1.1 ").contains("content-length: ");
    Socket unfinished = send("GET /li");
    unfinished.shutdownOutput();
    assertThat(rest(unfinished)).doesNotContain("200");
  }

  @Test
  void headIsAnsweredWithoutABody() throws IOException {
    start(HttpPort.Limits.DEFAULT);
    assertThat(rest(send("HEAD /livez HTTP/1.1\r\nConnection: close\r\n\r\n")))
        .contains("content-length: 3\r\n")
        .endsWith("\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n",
        "GET  \r\n\r\n",
        "\u0015\u0003\u0001\r\n\r\n"
      })
  void whatIsNoRequestIsRefused(String text) throws IOException {
    start(HttpPort.Limits.DEFAULT);
    assertThat(ask(text)).startsWith("HTTP/1.1 400");
    assertThat(ask("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(ask("GET / HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void aClientThatSpeaksTlsGetsASentence() throws IOException {
    start(HttpPort.Limits.DEFAULT);
    assertThat(rest(send("\u0016\u0003\u0001\r\n\r\n")))
        .isEqualTo("this port does not speak TLS\r\n");
  }

  @Test
  void aBodyIsThrownAwayAndHasABound() throws IOException {
    start(HttpPort.Limits.DEFAULT);
    String large = "Content-Length: 1000000\r\n\r\n" + "x".repeat(200_000);
    assertThat(rest(send("GET /livez HTTP/1.1\r\n" + large))).startsWith("HTTP/1.1 413");
    assertThat(rest(send("POST /livez HTTP/1.1\r\n" + large))).startsWith("HTTP/1.1 405");
    String expecting = "GET / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    Socket socket = send(expecting);
    String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
    assertThat(new String(socket.getInputStream().readNBytes(goOn.length()))).isEqualTo(goOn);
    assertThat(answer(send(socket, "ab"))).startsWith("HTTP/1.1 200");
  }

  /// A page of elsewhere can have a browser send all of these. It gets nothing done, and may not
  /// see the answer.
  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "set", "get"})
  void pagesOfElsewhereHaveNoEffect(String method) throws IOException {
    start(HttpPort.Limits.DEFAULT);
    for (String path : List.of("/livez", "/status", "/admin", "*")) {
      String answer =
          ask(
              method
                  + " "
                  + path
                  + " HTTP/1.1\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: PUT"
                  + "\r\nContent-Length: 1\r\n\r\nx");
      assertThat(answer).startsWith("HTTP/1.1 405").contains("\r\nallow: GET, HEAD\r\n");
      assertThat(answer).doesNotContainIgnoringCase("access-control");
    }
    String read = ask("GET /livez HTTP/1.1\r\nOrigin: http://evil.example\r\n\r\n");
    assertThat(read)
        .startsWith("HTTP/1.1 200")
        .contains("\r\nX-Content-Type-Options: nosniff\r\n")
        .doesNotContainIgnoringCase("access-control");
  }
}
