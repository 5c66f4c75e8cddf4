package io.jangada.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The HTTP port: health, metrics and status, for orchestrators, dashboards and people. It reads
/// nothing but the path, and changes nothing.
///
/// `/livez` says that the process works, and does not depend on other servers: an orchestrator that
/// restarts what is not alive must leave the survivors of a partition alone.
final class HttpDesk implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int WAITING_MAX = 32;
  private static final int BACKLOG = 64;

  /// A member that has more committed entries to apply is not ready to be asked.
  private static final long LAG_ENTRIES_MAX = 10_000;

  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  /// What the JDK's server takes from system properties; what is set already stays.
  private static final Map<String, String> BOUNDS =
      Map.of(
          "jdk.httpserver.maxConnections", "256",
          "sun.net.httpserver.maxReqTime", "10",
          "sun.net.httpserver.maxRspTime", "30",
          "sun.net.httpserver.idleInterval", "30");

  /// @param broken whether the member has stopped by itself
  record Parts(Questions questions, Report report, Metrics metrics, BooleanSupplier broken) {}

  private record Answer(int code, String type, byte[] body) {
    Answer(int code, String type, String body) {
      this(code, type, body.getBytes(StandardCharsets.UTF_8));
    }

    static Answer json(int code, Fields fields) {
      return new Answer(code, JSON, fields.json().canonical().toArray());
    }
  }

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final Parts parts;

  private HttpDesk(InetSocketAddress listen, Parts parts) throws IOException {
    BOUNDS.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
    this.parts = parts;
    try {
      server = HttpServer.create(listen, BACKLOG);
    } catch (IOException e) {
      throw new IOException("cannot listen on " + listen + ": " + e.getMessage(), e);
    }
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            task -> Thread.ofPlatform().name("http").daemon(true).unstarted(task),
            new ThreadPoolExecutor.CallerRunsPolicy());
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  static HttpDesk start(InetSocketAddress listen, Parts parts) throws IOException {
    return new HttpDesk(listen, parts);
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      Answer answer =
          method.equals("GET") || method.equals("HEAD")
              ? answer(exchange.getRequestURI().getPath())
              : new Answer(405, TEXT, "only GET and HEAD are known here\n");
      if (answer.code == 405) exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      exchange.getResponseHeaders().set("Content-Type", answer.type);
      boolean bodiless = method.equals("HEAD");
      exchange.sendResponseHeaders(answer.code, bodiless ? -1 : answer.body.length);
      if (!bodiless) exchange.getResponseBody().write(answer.body);
    }
  }

  private Answer answer(String path) {
    return switch (path) {
      case "/livez" -> lives();
      case "/ready", "/readyz" -> ready();
      case "/health" -> health();
      case "/metrics" ->
          new Answer(200, Metrics.contentType(), parts.metrics.text(parts.questions.status()));
      case "/status" -> status();
      case "/version" -> version();
      case "/" ->
          new Answer(200, TEXT, "/health /livez /ready /readyz /metrics /status /version\n");
      default -> new Answer(404, TEXT, "nothing is here; see /\n");
    };
  }

  private Answer lives() {
    return parts.broken.getAsBoolean()
        ? new Answer(503, TEXT, "the member has stopped\n")
        : new Answer(200, TEXT, "ok\n");
  }

  /// Why it could not serve a client now; empty when it could.
  private Optional<String> trouble() {
    if (parts.broken.getAsBoolean()) return Optional.of("the member has stopped");
    Optional<Status> status = parts.questions.status();
    if (status.isEmpty()) return Optional.of("the member does not say how it stands");
    String unready = status.get().health().unready();
    if (!unready.isEmpty()) return Optional.of("the member " + unready);
    if (status.get().leader() == Membership.NONE) return Optional.of("no leader is known");
    long lag = status.get().commit() - status.get().applied();
    return lag > LAG_ENTRIES_MAX
        ? Optional.of(lag + " committed entries are still to be applied")
        : Optional.empty();
  }

  private Answer ready() {
    return trouble()
        .map(why -> new Answer(503, TEXT, why + "\n"))
        .orElseGet(() -> new Answer(200, TEXT, "ok\n"));
  }

  private Answer health() {
    Optional<String> trouble = trouble();
    parts.metrics.asked(trouble.isEmpty());
    return trouble
        .map(why -> Answer.json(503, new Fields().put("health", "false").put("reason", why)))
        .orElseGet(() -> Answer.json(200, new Fields().put("health", "true")));
  }

  private Answer status() {
    return parts
        .questions
        .status()
        .map(status -> Answer.json(200, parts.report.status(status)))
        .orElseGet(() -> Answer.json(503, Fields.refusal("the member does not say how it stands")));
  }

  private static Answer version() {
    Build build = Build.read();
    return Answer.json(
        200,
        new Fields()
            .put("version", build.version())
            .put("commit", build.commit())
            .put("java", build.java()));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
