package io.jangada.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/// A server process, from its configuration to its exit code.
///
/// @param name of the program, for messages
/// @param id of the server in the configuration
/// @param config reads the configuration
public record ServerRun(String name, int id, Source config, PrintWriter err) {
  /// Where the configuration comes from.
  @FunctionalInterface
  public interface Source {
    ServerConfig read() throws ConfigException;
  }

  public static final int OK = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;

  /// An internal error (`EX_SOFTWARE` of `sysexits.h`).
  static final int BROKEN = 70;

  static final Path STANDARD_FILE = Path.of("config.json");
  private static final int SIGNALLED = 128;
  private static final String LINE = "%-30s %-16s %s%n";

  /// Prints the effective settings, each with its source.
  int print(PrintWriter out) {
    try {
      ServerConfig config = this.config.read();
      ServerConfig.Entry entry = config.entry(id);
      out.printf("server   %d of %d, at %s%n", id, config.servers().size(), entry.address());
      out.printf("listens  %s%n", config.listen(entry).orElse("on all addresses"));
      out.printf("clients  %s%n", config.clientListen(entry).orElse("on all addresses"));
      out.printf(
          "http     %s%n",
          config.port(OptionalPort.HTTP, entry) == 0
              ? "off"
              : config.port(OptionalPort.HTTP, entry));
      out.printf("data     %s%n%n", config.dataDirectory(id));
      out.printf(LINE, "setting", "value", "from");
      for (Setting setting : Setting.values()) {
        Optional<Settings.Value> value = config.settings().value(setting);
        out.printf(
            LINE,
            setting.field(),
            value.map(Settings.Value::text).orElse("-"),
            value.map(Settings.Value::source).orElse(Settings.DEFAULT));
      }
      out.flush();
      return OK;
    } catch (ConfigException e) {
      return refuse(e);
    }
  }

  private int refuse(ConfigException e) {
    e.problems().forEach(problem -> err.println(name + ": " + problem));
    err.flush();
    return FAILED;
  }

  /// Serves until a signal ends it, or it breaks.
  ///
  /// @param remarks are logged first, as warnings
  public int serve(String... remarks) {
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    AtomicReference<Server> started = new AtomicReference<>();
    try {
      ServerConfig config = this.config.read();
      LogSetup.configure(config.settings());
      for (String remark : remarks) LoggerFactory.getLogger(ServerRun.class).warn(remark);
      stopWhenAsked(started, ended);
      try (Server server = Server.start(config, id, _ -> ended.complete(BROKEN))) {
        started.set(server);
        return ended.join();
      }
    } catch (ConfigException e) {
      return refuse(e);
    } catch (IOException e) {
      err.println(name + ": server " + id + " does not start: " + Reasons.of(e));
      err.flush();
      return FAILED;
    }
  }

  /// The first signal shuts the server down gracefully, the second ends it at once. A server that
  /// is still starting ends at the first: each step of a start can be interrupted.
  private static void stopWhenAsked(
      AtomicReference<Server> started, CompletableFuture<Integer> ended) {
    AtomicInteger signals = new AtomicInteger();
    boolean heard =
        Signals.listen(
            signal -> {
              if (signals.incrementAndGet() > 1) Runtime.getRuntime().halt(SIGNALLED + signal);
              stop(started);
              ended.complete(OK);
            });
    if (!heard) Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started), "stop"));
  }

  private static void stop(AtomicReference<Server> started) {
    Server server = started.get();
    if (server == null) Runtime.getRuntime().halt(OK);
    else server.stop();
  }
}
