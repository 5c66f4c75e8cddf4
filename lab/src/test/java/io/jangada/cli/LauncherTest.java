package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts in `bin/` from the outside: a copy of them in a checkout of its own, with a Maven
/// and a JDK that are scripts too, write down that they were called, and cost nothing.
class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      for a in "$@"; do
        case $a in
          -XX:AOTCacheOutput=*) echo trained >>"$FAKE_LOG"; : >"${a#*=}"; exit 0 ;;
          -XX:AOTCache=*) [ -f "${a#*=}" ] && echo cached ;;
        esac
      done
      echo "ran $*"
      """;

  private static final String MAVEN =
      """
      #!/bin/sh
      echo built >>"$FAKE_LOG"
      echo noise
      [ ! -p "$FAKE_LOG.wait" ] || read -r go <"$FAKE_LOG.wait"
      [ ! -f "$FAKE_LOG.fail" ] || { echo "the planks do not fit"; exit 1; }
      for a in "$@"; do
        case $a in -Djangada.target=*) target=${a#*=} ;; esac
      done
      target=$target/jangada-lab
      mkdir -p "$target/lib" "$target/native"
      cat "$(dirname "$0")"/../server/src/main/* >"$target/jangada.jar"
      : >"$target/lib/jangada-server-1.jar"
      """;

  private record Ran(int code, String out, String err) {}

  @TempDir private Path folder;
  private Path home;
  private Path jdk;
  private Path log;

  @BeforeEach
  void layOutACheckout() throws IOException {
    home = folder.resolve("a check out");
    Files.createDirectories(home.resolve("server/src/main"));
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Files.writeString(home.resolve("server/pom.xml"), "<project/>");
    Files.writeString(home.resolve("server/src/main/One.java"), "one");
    Files.createDirectories(home.resolve("bin"));
    try (Stream<Path> scripts = Files.list(Path.of("bin").toAbsolutePath())) {
      for (Path script : scripts.toList()) {
        Path copy = home.resolve("bin").resolve(script.getFileName());
        Files.copy(script, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    program(home.resolve("bin/mvn25"), MAVEN);
    jdk = jdk("jdk", "26");
    log = folder.resolve("log");
    Files.writeString(log, "");
  }

  @Test
  void theFirstStartBuildsAndTheNextDoesNot() throws Exception {
    Ran first = start("jangada", "version");
    assertThat(first.code()).isZero();
    assertThat(first.err()).startsWith("jangada: not built yet: builds");
    Ran second = start("jangada", "version");
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).isEqualTo(first.out()).startsWith("cached\nran ");
    assertThat(second.out()).endsWith("/jangada.jar version\n");
    assertThat(log()).containsExactly("built", "trained", "trained", "trained", "trained");
  }

  @Test
  void bothProgramsShareOneBuild() throws Exception {
    start("jangada", "version");
    Ran node = start("maelstrom-node");
    assertThat(node.out()).startsWith("cached\nran ").contains("maelstrom.MaelstromNode");
    Ran replica = start("3700kvstore", "4000", "0000", "0001");
    assertThat(replica.out()).startsWith("cached\nran ").contains(" -Xrs ");
    assertThat(replica.out()).endsWith("udp3700.ReplicaProgram 4000 0000 0001\n");
    assertThat(log()).containsOnlyOnce("built");
  }

  @Test
  void aServerHasAHeapOfItsOwn() throws Exception {
    Ran server = start("kvstore", "3", "--config", "a b");
    assertThat(server.out()).startsWith("cached\nran ").contains("-Xms1g -Xmx1g");
    assertThat(server.out())
        .contains(" -XX:MaxNewSize=64m ")
        .contains("/server.aot ")
        .contains("/native -jar ");
    assertThat(server.out()).endsWith("/lib/jangada-server-1.jar kvstore 3 --config a b\n");
    assertThat(start("etcd", "--name", "a").out())
        .startsWith("cached\nran ")
        .contains("-Xms1g -Xmx1g", "/server.aot ")
        .endsWith("/lib/jangada-server-1.jar etcd --name a\n");
    Ran small = finish(command(Map.of("JANGADA_HEAP", "64m"), home + "/bin/kvstore", "3").start());
    assertThat(small.out()).contains("-Xms64m -Xmx64m");
    Ran large = finish(command(Map.of("JANGADA_HEAP", "6g"), home + "/bin/kvstore", "3").start());
    assertThat(large.out()).contains("-XX:+UseG1GC ").contains("-XX:MaxNewSize=256m ");
    assertThat(start("jangada", "server", "3").out()).contains("-Xms1g").endsWith(" server 3\n");
    assertThat(start("jangada", "sim").out()).doesNotContain("-Xms");
  }

  @Test
  void whatTheJvmSaysOfItselfIsKeptOffStandardOutput() throws Exception {
    assertThat(start("jangada").out()).contains("-Xlog:disable -Xlog:all=error:stderr");
    assertThat(start("maelstrom-node").out()).contains("-Xlog:disable -Xlog:all=error:stderr");
    assertThat(start("kvstore", "0").out()).contains("-Xlog:disable -Xlog:all=error:stderr");
  }

  @Test
  void aChangedAnAddedOrADeletedSourceBuildsAgainUnderAnotherName() throws Exception {
    List<String> outs = new ArrayList<>();
    outs.add(start("jangada").out());
    Files.writeString(home.resolve("server/src/main/One.java"), "another one");
    outs.add(start("jangada").out());
    Files.writeString(home.resolve("server/src/main/Two.java"), "two");
    outs.add(start("jangada").out());
    Files.delete(home.resolve("server/src/main/Two.java"));
    outs.add(start("jangada").out());
    assertThat(outs.get(3)).isEqualTo(outs.get(1));
    assertThat(outs.stream().distinct()).hasSize(3);
    assertThat(log()).filteredOn("built"::equals).hasSize(4);
  }

  @Test
  void anotherJdkGetsItsOwnCaches() throws Exception {
    String first = start("jangada").out();
    jdk = jdk("other", "25");
    String second = start("jangada").out();
    assertThat(second).startsWith("cached").isNotEqualTo(first);
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.2\"\n");
    assertThat(start("jangada").out()).startsWith("cached").isNotEqualTo(second);
  }

  @Test
  void manyFirstStartsMakeOneBuild() throws Exception {
    List<Process> starts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      starts.add(command(Map.of(), home.resolve("bin/jangada").toString(), "version").start());
    }
    for (Process one : starts) {
      assertThat(finish(one).out()).endsWith("/jangada.jar version\n");
    }
    assertThat(log()).containsOnlyOnce("built");
  }

  @Test
  void aFailedBuildShowsWhatMavenSaidAndLeavesTheNextStartFree() throws Exception {
    Files.writeString(folder.resolve("log.fail"), "");
    Ran failed = start("jangada", "version");
    assertThat(failed.code()).isEqualTo(70);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).contains("the planks do not fit", "jangada: the build failed");
    Files.delete(folder.resolve("log.fail"));
    assertThat(start("jangada", "version").code()).isZero();
    try (Stream<Path> left = Files.list(home.resolve("target/run"))) {
      assertThat(left.map(f -> f.getFileName().toString())).noneMatch(f -> f.startsWith("new."));
    }
  }

  /// As a harness does that gives a start a few seconds: it signals the whole group.
  @Test
  void aBuildGoesOnWhenWhoeverBeganItIsSignalledAndHoldsNoneOfItsPipes() throws Exception {
    Path gate = folder.resolve("log.wait");
    assertThat(new ProcessBuilder("mkfifo", "" + gate).start().waitFor()).isZero();
    Process first = command(Map.of(), "setsid", home + "/bin/3700kvstore", "4000").start();
    assertThat(Waiting.until(10_000, () -> log().contains("built"))).as("it begins").isTrue();
    new ProcessBuilder("kill", "-TERM", "--", "-" + first.pid()).start().waitFor();
    // That its pipes come to an end is the point: the build is still waiting at its gate.
    assertThat(finish(first).code()).isEqualTo(143);
    Process second = command(Map.of(), home + "/bin/jangada", "version").start();
    Files.writeString(gate, "go\n");
    assertThat(finish(second).out()).endsWith("/jangada.jar version\n");
    assertThat(log()).containsOnlyOnce("built");
  }

  @Test
  void aCopySaysThatItIsOne() throws Exception {
    Path place = Files.createDirectories(folder.resolve("harness/run"));
    for (String launcher : List.of("3700kvstore", "maelstrom-node", "kvstore", "etcd", "jangada")) {
      Path copy = place.resolve(launcher);
      Files.copy(home.resolve("bin").resolve(launcher), copy, StandardCopyOption.COPY_ATTRIBUTES);
      Ran ran = finish(command(Map.of(), "" + copy).start());
      assertThat(ran.code()).isEqualTo(70);
      assertThat(ran.err()).contains("is a copy").contains("bin/" + launcher);
    }
  }

  @Test
  void aTreeThatCannotBeWrittenRunsWhatWasBuiltThere() throws Exception {
    start("jangada", "version");
    Path lock = home.resolve("target/run/.lock");
    Files.delete(lock);
    Files.createDirectory(lock);
    jdk = jdk("updated", "27");
    Ran updated = start("jangada", "version");
    assertThat(updated.err()).isEmpty();
    assertThat(updated.out()).startsWith("ran ").endsWith("/jangada.jar version\n");
    Files.writeString(home.resolve("server/src/main/One.java"), "another one");
    Ran touched = start("jangada", "version");
    assertThat(touched.err()).startsWith("jangada: runs what was built before: its sources are");
    assertThat(touched.code()).isZero();
    assertThat(log()).containsOnlyOnce("built");
    Files.delete(home.resolve("target/run/current"));
    assertThat(start("jangada", "version").err()).contains("cannot build: ", " cannot be written");
  }

  @Test
  void itStartsThroughSymbolicLinksFromAnywhereWithAnEmptyEnvironment() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("bin/jangada"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link.getFileName());
    Ran ran = finish(command(Map.of(), second.toString(), "a b", "").start());
    assertThat(ran.err()).startsWith("jangada: not built yet: builds");
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).endsWith("/jangada.jar a b \n");
  }

  @Test
  void whatIsInstalledRunsWhatItHasAndBuildsNothing() throws Exception {
    Files.createDirectories(home.resolve("app/lib"));
    for (String file : List.of("jangada.jar", "lib/jangada-server-1.jar", "jangada.aot"))
      Files.writeString(home.resolve("app").resolve(file), "");
    Ran foreign = start("jangada", "version");
    assertThat(foreign.out()).as("with another Java").startsWith("ran ");
    Files.delete(jdk.resolve("bin/javac"));
    assertThat(start("jangada", "version").out()).as("without a compiler").startsWith("ran ");

    Files.move(jdk, home.resolve("runtime"));
    Ran own = finish(command(Map.of("JANGADA_JAVA_HOME", ""), home + "/bin/jangada", "x").start());
    assertThat(own.out()).startsWith("cached\nran ").endsWith("/app/jangada.jar x\n");
    assertThat(own.err()).isEmpty();
    assertThat(finish(command(Map.of("JANGADA_JAVA_HOME", ""), home + "/bin/kvstore", "3").start()))
        .extracting(Ran::out)
        .asString()
        .endsWith("/app/lib/jangada-server-1.jar kvstore 3\n");
    assertThat(log()).isEmpty();
    assertThat(home.resolve("target")).doesNotExist();
  }

  @Test
  void withoutCachesItStillStarts() throws Exception {
    Ran ran = finish(command(Map.of("JANGADA_AOT", "off"), home + "/bin/jangada").start());
    assertThat(ran.out()).startsWith("ran ");
    assertThat(log()).containsExactly("built");
  }

  @Test
  void aJdkThatIsTooOldIsPassedOverAndNamedWhereThereIsNoOther() throws Exception {
    String script = Files.readString(home.resolve("bin/jdk.sh"));
    assertThat(script).contains("\nNEED=25\n");
    Files.writeString(home.resolve("bin/jdk.sh"), script.replace("NEED=25", "NEED=9999"));
    Ran none = start("jangada", "version");
    assertThat(none.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(none.out()).isEmpty();
    assertThat(none.err().lines())
        .singleElement()
        .asString()
        .startsWith("jangada: needs a JDK 9999 or newer and found 26 in " + jdk)
        .endsWith("or set JAVA_HOME to one.");
    Path newer = jdk("newer", "10000");
    Ran found = finish(command(Map.of("JAVA_HOME", "" + newer), home + "/bin/jangada").start());
    assertThat(found.code()).isZero();
    assertThat(Files.readAllLines(home.resolve("target/run/current"))).contains("" + newer);
  }

  private Path jdk(String name, String version) throws IOException {
    Path place = folder.resolve(name);
    Files.createDirectories(place.resolve("bin"));
    program(place.resolve("bin/java"), JAVA);
    program(place.resolve("bin/javac"), "#!/bin/sh\n");
    Path release = place.resolve("release");
    Files.writeString(release, "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + ".0.1\"\n");
    Files.setLastModifiedTime(release, FileTime.fromMillis(0));
    return place;
  }

  private static void program(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Ran start(String launcher, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(home.resolve("bin").resolve(launcher).toString()));
    words.addAll(List.of(arguments));
    return finish(command(Map.of(), words.toArray(String[]::new)).start());
  }

  /// A command in a foreign folder, with nothing in its environment but what is said here.
  private ProcessBuilder command(Map<String, String> environment, String... words) {
    var builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("FAKE_LOG", "" + log);
    builder.environment().put("JANGADA_JAVA_HOME", "" + jdk);
    builder.environment().putAll(environment);
    return builder;
  }

  private static Ran finish(Process process) throws Exception {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes());
    String err = new String(process.getErrorStream().readAllBytes());
    return new Ran(process.waitFor(), out, err);
  }

  private List<String> log() throws IOException {
    return Files.readAllLines(log);
  }
}
