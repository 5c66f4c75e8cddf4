package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.protocol.rpc.HttpPages;
import io.jangada.raft.Membership;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What the HTTP port answers: health, metrics and status, for orchestrators, dashboards and
/// people. It reads nothing but the path, and changes nothing.
///
/// `/livez` says that the process works, and does not depend on other servers: an orchestrator that
/// restarts what is not alive must leave the survivors of a partition alone. It does not depend on
/// the replica or on the disk either, and is answered at once.
final class HttpEndpoint implements AutoCloseable {
  /// A member that has more committed entries to apply is not ready to be asked.
  private static final long LAG_ENTRIES_MAX = 10_000;

  /// Answers that wait to be written; there is one for each connection at most.
  private static final int WAITING_MAX = 1_024;

  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  /// @param broken whether the member has stopped by itself
  record Parts(
      ReplicaQueries queries, StatusJson report, Metrics metrics, BooleanSupplier broken) {}

  /// @param type of the body
  record Answer(int code, String type, byte[] body) {
    Answer(int code, String type, String body) {
      this(code, type, body.getBytes(StandardCharsets.UTF_8));
    }

    static Answer text(int code, String text) {
      return new Answer(code, TEXT, text + "\n");
    }

    static Answer json(int code, JsonObjectBuilder fields) {
      return new Answer(code, JSON, fields.json().canonical().toArray());
    }
  }

  private final Parts parts;
  private final Answer version = version();
  private final ThreadPoolExecutor thread;

  HttpEndpoint(Parts parts) {
    this.parts = parts;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            task -> Thread.ofPlatform().name("http-handler").daemon(true).unstarted(task));
  }

  /// Answers a GET or HEAD. Returns at once.
  ///
  /// @param answer called once, from any thread
  void handle(String path, Consumer<Answer> answer) {
    switch (path) {
      case "/livez" -> answer.accept(liveness());
      case "/ready", "/readyz" -> queryStatus(status -> answer.accept(ready(status)));
      case "/health" -> queryStatus(status -> answer.accept(health(status)));
      case "/metrics" -> queryStatus(status -> later(() -> metrics(status), answer));
      case "/status" -> queryStatus(status -> later(() -> status(status), answer));
      case "/version" -> answer.accept(version);
      case "/" ->
          answer.accept(
              Answer.text(200, "/health /livez /ready /readyz /metrics /status /version"));
      default -> answer.accept(Answer.text(404, "not found; see /"));
    }
  }

  /// The metrics for etcd's port.
  void metrics(Consumer<HttpPages.Page> then) {
    handle(
        "/metrics",
        answer -> then.accept(new HttpPages.Page(answer.code(), answer.type(), answer.body())));
  }

  private void queryStatus(Consumer<Optional<Status>> next) {
    parts.queries.statusLater().thenAccept(next);
  }

  /// Has an answer made on a thread that may wait for the disk.
  private void later(Supplier<Answer> made, Consumer<Answer> answer) {
    try {
      thread.execute(() -> answer.accept(orError(made)));
    } catch (RejectedExecutionException e) {
      answer.accept(Answer.text(503, "the server is stopping or overloaded"));
    }
  }

  private static Answer orError(Supplier<Answer> made) {
    try {
      return made.get();
    } catch (RuntimeException e) {
      return Answer.text(500, "internal error: " + e);
    }
  }

  private Answer liveness() {
    return parts.broken.getAsBoolean()
        ? Answer.text(503, "the member has stopped")
        : Answer.text(200, "ok");
  }

  private Answer metrics(Optional<Status> status) {
    return new Answer(200, Metrics.contentType(), parts.metrics.text(status));
  }

  /// Why it could not serve a client now; empty when it could.
  private Optional<String> trouble(Optional<Status> status) {
    if (parts.broken.getAsBoolean()) return Optional.of("the member has stopped");
    if (status.isEmpty()) return Optional.of("the member does not report its status");
    String unready = status.get().health().unready();
    if (!unready.isEmpty()) return Optional.of("the member " + unready);
    if (status.get().role().leader() == Membership.NONE) return Optional.of("no leader is known");
    long lag = status.get().log().commit() - status.get().state().applied();
    return lag > LAG_ENTRIES_MAX
        ? Optional.of(lag + " committed entries are not applied yet")
        : Optional.empty();
  }

  private Answer ready(Optional<Status> status) {
    return trouble(status)
        .map(why -> Answer.text(503, why))
        .orElseGet(() -> Answer.text(200, "ok"));
  }

  private Answer health(Optional<Status> status) {
    Optional<String> trouble = trouble(status);
    parts.metrics.countHealthRequest(trouble.isEmpty());
    return trouble
        .map(
            why ->
                Answer.json(503, new JsonObjectBuilder().put("health", "false").put("reason", why)))
        .orElseGet(() -> Answer.json(200, new JsonObjectBuilder().put("health", "true")));
  }

  private Answer status(Optional<Status> status) {
    return status
        .map(now -> Answer.json(200, parts.report.status(now)))
        .orElseGet(
            () ->
                Answer.json(
                    503, JsonObjectBuilder.refusal("the member does not report its status")));
  }

  private static Answer version() {
    Build build = Build.read();
    return Answer.json(
        200,
        new JsonObjectBuilder()
            .put("version", build.version())
            .put("commit", build.commit())
            .put("java", build.java()));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
