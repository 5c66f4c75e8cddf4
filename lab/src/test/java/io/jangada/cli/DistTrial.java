package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All packages that `bin/dist` makes, their sizes, and the Debian package as lintian judges it. To
/// be run by hand: `bin/mvn25 -o test -pl lab -am -Dtest=DistTrial
/// -Dsurefire.failIfNoSpecifiedTests=false`.
class DistTrial {
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path folder;
  private Tried tried;

  @Test
  void packages() throws Exception {
    tried = new Tried(folder);
    Path dist = folder.resolve("dist");
    Tried.Ran made = tried.run(Map.of(), "bin/dist", "" + dist);
    assertThat(made.code()).as(made.said()).isZero();
    assertThat(
            tried.run(Map.of(), "sh", "-c", "cd '" + dist + "' && sha256sum -c SHA256SUMS").code())
        .isZero();
    Path archive = Tried.only(dist, "jangada-*-linux-*.tar.xz");
    assertThat(Files.size(archive)).isLessThan(60 * MEBIBYTE);
    tried.checkInstalled(unpack(archive, "unpacked"));
    Path small = Tried.only(dist, "jangada-?.?.?.tar.xz");
    assertThat(Files.size(small)).isLessThan(10 * MEBIBYTE);
    Path home = unpack(small, "small");
    assertThat(home.resolve("runtime")).doesNotExist();
    Map<String, String> java = Map.of("JAVA_HOME", System.getProperty("java.home"));
    Tried.Ran found = tried.run(java, home + "/bin/jangada", "version");
    assertThat(found.code()).as(found.said()).isZero();
    checkPackage(dist);
  }

  private Path unpack(Path archive, String name) throws Exception {
    Path to = Files.createDirectory(folder.resolve(name));
    assertThat(tried.run(Map.of(), "tar", "-xf", "" + archive, "-C", "" + to).code()).isZero();
    return Tried.only(to, "jangada-*");
  }

  /// Only where Debian's tools are: elsewhere no package is made.
  private void checkPackage(Path dist) throws Exception {
    if (!Tried.isThere("dpkg-deb")) {
      System.err.println("no dpkg-deb here: no Debian package is made");
      return;
    }
    Path deb = Tried.only(dist, "jangada_*.deb");
    Path root = Files.createDirectory(folder.resolve("root"));
    assertThat(tried.run(Map.of(), "dpkg-deb", "-x", "" + deb, "" + root).code()).isZero();
    Tried.Ran version =
        tried.run(Map.of("PATH", "/usr/bin:/bin"), root + "/usr/bin/jangada", "version");
    assertThat(version.said()).as("through its link").startsWith("jangada ");
    Tried.Ran config =
        tried.run(
            Map.of(),
            root + "/usr/lib/jangada/bin/kvstore",
            "0",
            "--print-config",
            "--config",
            root + "/etc/jangada/config.json");
    assertThat(config.said()).contains("/var/lib/jangada");
    assertThat(Files.readString(root.resolve("lib/systemd/system/jangada@.service")))
        .contains("ExecStart=/usr/lib/jangada/bin/kvstore --config /etc/jangada/config.json %i");
    Tried.Ran control = tried.run(Map.of(), "dpkg-deb", "-I", "" + deb, "control", "conffiles");
    assertThat(control.said()).contains("Package: jangada", "/etc/jangada/config.json");
    if (!Tried.isThere("lintian")) {
      System.err.println("no lintian here: the Debian package is not judged");
      return;
    }
    Tried.Ran judged =
        tried.run(Map.of(), "lintian", "--allow-root", "--tag-display-limit", "9", "" + deb);
    assertThat(judged.said().lines().filter(line -> line.startsWith("E:"))).isEmpty();
  }
}
