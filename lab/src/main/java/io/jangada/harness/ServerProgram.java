package io.jangada.harness;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a server is started: the words before its id and its options.
public record ServerProgram(List<String> words) {
  private static final String MAIN = "io.jangada.server.ServerMain";
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-XX:+ExitOnOutOfMemoryError",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dio.netty.jfr.enabled=false",
          "-Xlog:disable",
          "-Xlog:all=error:stderr");

  /// The start-up cache of servers that the launchers keep beside the built program.
  private static final String CACHE = "server.aot";

  /// Keeps the JVM from remarking on Netty's native library. A start-up cache that was made without
  /// it would not be used with it, and is worth more.
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  public ServerProgram {
    words = List.copyOf(words);
  }

  /// The server of this very program, on the Java that runs this, with a heap that leaves room for
  /// others on the machine.
  public static ServerProgram own(int heapMebibytes) {
    List<String> flags = new ArrayList<>(FLAGS);
    flags.add("-Xmx" + heapMebibytes + "m");
    return own(flags);
  }

  /// The same with other flags for its Java. It ends with this process, whatever becomes of it.
  public static ServerProgram own(List<String> flags) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags);
    String classPath = System.getProperty("java.class.path");
    words.add(cacheFlag(classPath).orElse(NATIVE_ACCESS));
    words.addAll(List.of("-cp", classPath, Leash.class.getName(), MAIN));
    return new ServerProgram(words);
  }

  /// The flag that starts a server from its cache; empty where this program has none.
  private static Optional<String> cacheFlag(String classPath) {
    Path cache = Path.of(classPath.split(File.pathSeparator)[0]).resolveSibling(CACHE);
    boolean built = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
    return built && Files.exists(cache) ? Optional.of("-XX:AOTCache=" + cache) : Optional.empty();
  }

  /// A program that is started as `kvstore` is: `<words> <id> …`.
  public static ServerProgram of(String... words) {
    return new ServerProgram(List.of(words));
  }

  List<String> forServer(int id, Path config, List<String> options) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("" + id, "--config", config.toString()));
    all.addAll(options);
    return all;
  }
}
