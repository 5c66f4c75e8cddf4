package io.jangada.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the documents tell a newcomer to type or to open is really there.
class DocumentsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Pattern PROGRAM =
      Pattern.compile("(?<![\\w/.-])(bin/[a-z0-9-]+)(?![\\w./])");
  private static final Pattern SUBCOMMAND = Pattern.compile("bin/jangada ([a-z][a-z-]*)");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void everyProgramNamedIsThereAndCanBeStarted() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path document : documents()) {
      for (String program : found(PROGRAM, document)) {
        if (!Files.isExecutable(ROOT.resolve(program))) {
          broken.add(document + ": " + program);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everySubcommandNamedExists() throws IOException {
    Set<String> known = Laboratory.commandLine(Map.of()).getSubcommands().keySet();
    Set<String> broken = new TreeSet<>();
    for (Path document : documents()) {
      for (String subcommand : found(SUBCOMMAND, document)) {
        if (!known.contains(subcommand)) {
          broken.add(document + ": bin/jangada " + subcommand);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path document : documents()) {
      for (String target : found(LINK, document)) {
        if (!Files.exists(document.resolveSibling(target))) {
          broken.add(document + ": " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void theGateRunsTheTestCommandOfTheReadme() throws IOException {
    assertThat(Files.readString(ROOT.resolve("README.md"))).contains("\nbin/mvn25 verify\n");
    assertThat(Files.readString(ROOT.resolve(".ci/run")).lines().toList())
        .contains("exec bin/mvn25 -B -ntp verify \"$@\"");
    assertThat(Files.isExecutable(ROOT.resolve(".ci/run"))).isTrue();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, docs).filter(f -> f.toString().endsWith(".md")).forEach(documents::add);
    }
    assertThat(documents).contains(ROOT.resolve("README.md"));
    return documents;
  }

  private static List<String> found(Pattern pattern, Path document) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(document));
    return matcher.results().map((MatchResult result) -> result.group(1)).toList();
  }
}
