package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// An application that depends on the client gets Java 17 classes, few libraries, and nothing that
/// changes the application's own configuration.
class ClientArtifactTest {
  private static final int MAGIC = 0xcafebabe;
  private static final int JAVA_17 = 61;
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>\\s*<groupId>[^<]*</groupId>\\s*<artifactId>([^<]*)<");

  /// A class of each library that an application must not get: logging implementations, a command
  /// line, metrics.
  private static final List<String> UNWANTED =
      List.of(
          "ch.qos.logback.classic.Logger",
          "org.slf4j.simple.SimpleLogger",
          "org.apache.logging.log4j.core.Logger",
          "picocli.CommandLine",
          "io.prometheus.metrics.core.metrics.Counter",
          "io.micrometer.core.instrument.MeterRegistry",
          "org.HdrHistogram.Histogram");

  private static List<Path> files() throws Exception {
    Path classes =
        Path.of(JangadaClient.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> all = Files.walk(classes)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void everyClassIsOneOfJava17() throws Exception {
    List<Path> classes = files().stream().filter(f -> f.toString().endsWith(".class")).toList();
    assertThat(classes)
        .hasSizeGreaterThan(20)
        .allSatisfy(f -> assertThat(version(f)).isEqualTo(JAVA_17));
  }

  private static int version(Path file) throws IOException {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      assertThat(in.readInt()).isEqualTo(MAGIC);
      in.readUnsignedShort();
      return in.readUnsignedShort();
    }
  }

  @Test
  void nothingIsThereBesideClasses() throws Exception {
    assertThat(files()).isNotEmpty().allSatisfy(f -> assertThat(f.toString()).endsWith(".class"));
  }

  @Test
  void librariesAreFew() throws IOException {
    String pom = Files.readString(Path.of("client/pom.xml"));
    List<String> found =
        DEPENDENCY.matcher(pom).results().map((MatchResult each) -> each.group(1)).toList();
    assertThat(found)
        .containsExactlyInAnyOrder(
            "netty-handler", "netty-transport-classes-epoll", "jackson-core", "slf4j-api");
    for (String name : UNWANTED)
      assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
  }
}
