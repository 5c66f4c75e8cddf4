package io.jangada.protocol.etcd;

import io.jangada.codec.Json;
import io.jangada.protocol.etcd.HealthChecks.Check;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.rpc.HttpPages;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// What programs read beside etcd's methods: its version, whether the member is well, and figures.
final class EtcdPages implements HttpPages {
  private static final String LIVE = "/livez";
  private static final String READY = "/readyz";
  private static final String EXCLUDE = "exclude";
  private static final Page VERSION =
      Page.json(
          200,
          "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\"}"
              .formatted(Versions.SERVER, Versions.CLUSTER, Versions.STORAGE));

  private final HealthChecks checks;

  /// Null while there are none.
  private volatile Consumer<Consumer<Page>> figures;

  EtcdPages(PortState port) {
    this.checks = new HealthChecks(port);
  }

  /// Has `/metrics` show what `figures` gives, from any thread.
  void show(Consumer<Consumer<Page>> figures) {
    this.figures = figures;
  }

  @Override
  public boolean has(String path) {
    return switch (path) {
      case "/version", "/health", LIVE, READY -> true;
      case "/metrics" -> figures != null;
      default -> check(path).isPresent();
    };
  }

  @Override
  public void get(String path, Map<String, List<String>> query, Consumer<Page> then) {
    switch (path) {
      case "/version" -> then.accept(VERSION);
      case "/health" -> health(query).thenAccept(then);
      case "/metrics" -> figures.accept(then);
      case LIVE, READY -> checks(all(path, query), query).thenAccept(then);
      default -> checks(check(path).stream().toList(), query).thenAccept(then);
    }
  }

  private CompletableFuture<Page> health(Map<String, List<String>> query) {
    boolean isLocal = query.getOrDefault("serializable", List.of()).contains("true");
    return checks
        .trouble(query.getOrDefault(EXCLUDE, List.of()), isLocal)
        .thenApply(
            why ->
                Page.json(
                    why.isEmpty() ? 200 : 503,
                    "{\"health\":\"%s\",\"reason\":%s}".formatted(why.isEmpty(), quoted(why))));
  }

  private static String quoted(String text) {
    return new Json.Str(text).canonical().toUtf8();
  }

  // ---- single checks ----

  /// Those that count for a path.
  private static List<Check> all(String path, Map<String, List<String>> query) {
    List<String> excluded = query.getOrDefault(EXCLUDE, List.of());
    return Stream.of(Check.values())
        .filter(one -> path.equals(READY) || one.isOfLife())
        .filter(one -> !excluded.contains(one.text()))
        .toList();
  }

  /// The one that a path names.
  private static Optional<Check> check(String path) {
    return Stream.of(Check.values())
        .filter(
            one ->
                path.equals(READY + "/" + one.text())
                    || one.isOfLife() && path.equals(LIVE + "/" + one.text()))
        .findFirst();
  }

  private CompletableFuture<Page> checks(List<Check> wanted, Map<String, List<String>> query) {
    List<CompletableFuture<String>> found = wanted.stream().map(checks::trouble).toList();
    return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new))
        .thenApply(
            _ ->
                page(
                    wanted,
                    found.stream().map(CompletableFuture::join).toList(),
                    query.containsKey("verbose")));
  }

  private static Page page(List<Check> checks, List<String> troubles, boolean isVerbose) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < checks.size(); i++) {
      String trouble = troubles.get(i);
      String name = checks.get(i).text();
      if (trouble.isEmpty()) lines.append("[+]%s ok\n".formatted(name));
      else lines.append("[-]%s failed: %s\n".formatted(name, trouble));
    }
    boolean isWell = troubles.stream().allMatch(String::isEmpty);
    if (!isWell) return Page.text(503, lines.toString());
    return Page.text(200, (isVerbose ? lines.toString() : "") + "ok\n");
  }
}
