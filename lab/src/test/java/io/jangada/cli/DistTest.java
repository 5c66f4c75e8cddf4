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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `bin/dist` makes of this checkout, unpacked in a folder that cannot be written, and used
/// where there is no Java on the PATH.
@Timeout(400)
class DistTest {
  private static final long MEBIBYTE = 1 << 20;
  private static final long MINUTES_MAX = 6;

  @TempDir private Path folder;

  private record Ran(int code, String said) {}

  @Test
  void anArchiveRunsWithoutJavaAndCannotBeHarmed() throws Exception {
    Path dist = folder.resolve("dist");
    // As it is packed for the gate: larger than what is given to others.
    Map<String, String> quick = Map.of("XZ_OPT", "-0", "DPKG_DEB_COMPRESSOR_LEVEL", "0");
    Ran made = run(quick, "bin/dist", "" + dist);
    assertThat(made.code()).as(made.said()).isZero();
    Path archive = only(dist, "jangada-*-linux-*.tar.xz");
    assertThat(Files.size(archive)).isLessThan(80 * MEBIBYTE);
    assertThat(run(Map.of(), "sh", "-c", "cd '" + dist + "' && sha256sum -c SHA256SUMS").code())
        .isZero();

    checkPackage(dist);
    Path home = unpack(archive, "unpacked");
    assertThat(home.resolve("app/server.aot")).exists();
    Ran version = bare(home, "version");
    assertThat(version.code()).as(version.said()).isZero();
    String name = only(dist, "jangada-?.?.?.tar.xz").getFileName().toString();
    assertThat(version.said())
        .contains("jangada " + name.substring("jangada-".length(), name.indexOf(".tar")));
    Ran demo = bare(home, "demo");
    assertThat(demo.code()).as(demo.said()).isZero();
    assertThat(demo.said()).contains("What happened: ").doesNotContain("not built");
    Ran certs = bare(home, "certs", "--dir", "" + folder.resolve("certs"), "--host", "localhost");
    assertThat(certs.code()).as("the runtime has a keytool: " + certs.said()).isZero();

    Path small = unpack(only(dist, "jangada-?.?.?.tar.xz"), "small");
    assertThat(small.resolve("runtime")).doesNotExist();
    Ran found =
        run(
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            small + "/bin/jangada",
            "version");
    assertThat(found.code()).as(found.said()).isZero();
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /// Only where Debian's tools are: elsewhere no package is made.
  private void checkPackage(Path dist) throws Exception {
    if (!isThere("dpkg-deb")) {
      System.err.println("no dpkg-deb here: no Debian package is made");
      return;
    }
    Path deb = only(dist, "jangada_*.deb");
    Path root = Files.createDirectory(folder.resolve("root"));
    assertThat(run(Map.of(), "dpkg-deb", "-x", "" + deb, "" + root).code()).isZero();
    Ran version = run(Map.of("PATH", "/usr/bin:/bin"), root + "/usr/bin/jangada", "version");
    assertThat(version.said()).as("through its link").startsWith("jangada ");
    Ran config =
        run(
            Map.of(),
            root + "/usr/lib/jangada/bin/kvstore",
            "0",
            "--print-config",
            "--config",
            root + "/etc/jangada/config.json");
    assertThat(config.said()).contains("/var/lib/jangada");
    assertThat(Files.readString(root.resolve("lib/systemd/system/jangada@.service")))
        .contains("ExecStart=/usr/lib/jangada/bin/kvstore --config /etc/jangada/config.json %i");
    Ran control = run(Map.of(), "dpkg-deb", "-I", "" + deb, "control", "conffiles");
    assertThat(control.said()).contains("Package: jangada", "/etc/jangada/config.json");
    if (!isThere("lintian")) {
      System.err.println("no lintian here: the Debian package is not judged");
      return;
    }
    Ran judged = run(Map.of(), "lintian", "--allow-root", "--tag-display-limit", "9", "" + deb);
    assertThat(judged.said().lines().filter(line -> line.startsWith("E:"))).isEmpty();
  }

  private Path unpack(Path archive, String name) throws Exception {
    Path to = Files.createDirectory(folder.resolve(name));
    assertThat(run(Map.of(), "tar", "-xf", "" + archive, "-C", "" + to).code()).isZero();
    Path home = only(to, "jangada-*");
    assertThat(run(Map.of(), "chmod", "-R", "a-w", "" + home).code()).isZero();
    return home;
  }

  private static Path only(Path folder, String glob) throws IOException {
    try (var found = Files.newDirectoryStream(folder, glob)) {
      List<Path> all = new ArrayList<>();
      found.forEach(all::add);
      assertThat(all).as(glob).hasSize(1);
      return all.getFirst();
    }
  }

  /// With nothing but the usual programs on the PATH, none of which is a Java.
  private Ran bare(Path home, String... words) throws Exception {
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

  private Ran run(Map<String, String> environment, String... words) throws Exception {
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
