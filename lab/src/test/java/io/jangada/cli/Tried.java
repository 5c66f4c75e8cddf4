package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs what was made, and looks at it.
final class Tried {
  private static final long MINUTES_MAX = 12;

  private final Path folder;

  /// @param folder for what it writes
  Tried(Path folder) {
    this.folder = folder;
  }

  record Ran(int code, String said) {}

  /// Checks what is unpacked, in a folder that cannot be written.
  void checkInstalled(Path home) throws Exception {
    assertThat(run(Map.of(), "chmod", "-R", "a-w", "" + home).code()).isZero();
    assertThat(home.resolve("app/server.aot")).exists();
    Ran version = bare(home, "version");
    assertThat(version.code()).as(version.said()).isZero();
    String name = home.getFileName().toString();
    assertThat(name)
        .startsWith("jangada-" + version.said().lines().toList().getFirst().substring(8));
    Ran demo = bare(home, "demo");
    assertThat(demo.code()).as(demo.said()).isZero();
    assertThat(demo.said()).contains("What happened: ").doesNotContain("not built");
    Ran certs = bare(home, "certs", "--dir", "" + folder.resolve("certs"), "--host", "localhost");
    assertThat(certs.code()).as("the runtime has a keytool: " + certs.said()).isZero();
  }

  static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  static Path only(Path folder, String glob) throws IOException {
    try (var found = Files.newDirectoryStream(folder, glob)) {
      List<Path> all = new ArrayList<>();
      found.forEach(all::add);
      assertThat(all).as(glob).hasSize(1);
      return all.getFirst();
    }
  }

  /// With nothing but the usual programs on the PATH, none of which is a Java.
  Ran bare(Path home, String... words) throws Exception {
    Path tools = folder.resolve("tools");
    if (!Files.exists(tools)) {
      Files.createDirectory(tools);
      for (String one : List.of("sh", "readlink", "cat"))
        Files.createSymbolicLink(tools.resolve(one), Path.of("/bin").resolve(one));
    }
    List<String> all = new ArrayList<>(List.of(home + "/bin/jangada"));
    all.addAll(List.of(words));
    return run(Map.of("PATH", "" + tools, "JAVA_HOME", ""), all.toArray(String[]::new));
  }

  Ran run(Map<String, String> environment, String... words) throws Exception {
    Path said = Files.createTempFile(folder, "said", "");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) process.destroyForcibly();
    return new Ran(process.waitFor(), Files.readString(said));
  }
}
