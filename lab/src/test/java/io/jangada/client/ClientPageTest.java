package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The first program of `docs/CLIENT.md` compiles as it stands, for Java 17 and with the client and
/// its libraries alone, and does what it says on a cluster.
@Timeout(120)
class ClientPageTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final int HEAP_MEBIBYTES = 96;
  private static final long LEADER_MILLIS_MAX = 60_000;
  private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ARTIFACT =
      Pattern.compile("<dependency>\\s*<groupId>io.jangada</groupId>\\s*<artifactId>([^<]*)<");
  private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

  /// How the files of the client's libraries begin, and its own folder or jar.
  private static final Pattern LIBRARY =
      Pattern.compile(
          "jangada-client.*|netty-(buffer|codec-base|common|handler|resolver|transport).*"
              + "|jackson-core-.*|slf4j-api-.*");

  @TempDir private Path folder;

  private static String first(Pattern pattern, String text) {
    return pattern.matcher(text).results().findFirst().map((MatchResult r) -> r.group(1)).get();
  }

  /// The part of this test's own class path that an application would get with the client.
  private static String classPath() {
    List<String> entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(ClientPageTest::isOfTheClient)
            .toList();
    assertThat(entries).hasSizeGreaterThan(5);
    return String.join(File.pathSeparator, entries);
  }

  private static boolean isOfTheClient(String entry) {
    Path path = Path.of(entry);
    if (path.endsWith("test-classes") || entry.endsWith("tests.jar")) return false;
    Path name = path.endsWith("classes") ? path.getParent().getFileName() : path.getFileName();
    return LIBRARY.matcher(name.toString()).matches();
  }

  @Test
  void theFirstProgramCompilesAndRuns() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/CLIENT.md"));
    assertThat(first(ARTIFACT, page)).isEqualTo("jangada-client");
    String program = first(PROGRAM, page);
    String name = first(CLASS, program);
    Path source = Files.writeString(folder.resolve(name + ".java"), program);
    List<String> options =
        List.of("--release", "17", "-cp", classPath(), "-d", "" + folder, "-Xlint:all", "-Werror");
    List<String> arguments = new ArrayList<>(options);
    arguments.add("" + source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();

    ServerProgram servers = ServerProgram.own(HEAP_MEBIBYTES);
    try (ProcessCluster cluster = ProcessCluster.make(folder, ClusterPlan.of(1), servers)) {
      cluster.startAll();
      new LeaderSearch(cluster).await(LEADER_MILLIS_MAX);
      assertThat(run(name, cluster.endpoints())).contains("stored, version ", "boat is jangada");
      assertThat(run(name, cluster.endpoints())).contains("the key exists", "boat is jangada");
    }
  }

  private String run(String name, String endpoints) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                "" + java, "-cp", folder + File.pathSeparator + classPath(), name, endpoints)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out);
  }
}
