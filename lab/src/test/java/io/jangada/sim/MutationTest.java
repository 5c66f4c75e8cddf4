package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bugs planted on purpose, to trust the laws and the simulator: some seed must catch each.
/// `docs/MUTATIONS.md` lists what it took.
@Timeout(value = 2, unit = TimeUnit.HOURS)
class MutationTest {
  private static final Path MUTATIONS = Path.of("lab/src/test/resources/mutations");

  private static final Path TABLE = Path.of("docs/MUTATIONS.md");
  private static final String HEAD = "| bug | seeds | what it broke |\n";

  /// How many seeds may be tried when the known one does not catch it any more.
  private static final int SEEDS_MAX = 4_000;

  /// Processor time; a search passes over a seed that takes longer to catch a bug.
  private static final long CATCH_SECONDS_MAX = 10;

  /// Whether to search for the first seed that catches each, and to write it down: `bin/mvn25 test
  /// -Dtest=MutationTest -Dmutations.search=true`.
  private static final boolean SEARCH = Boolean.getBoolean("mutations.search");

  static List<Path> mutations() throws IOException {
    try (Stream<Path> files = Files.list(MUTATIONS)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("mutations")
  @DisplayName("a planted bug is caught by some seed")
  void isCaught(Path path) throws IOException {
    Mutant mutant = Mutant.read(path);
    Mutant.Run run = mutant.load();
    if (!SEARCH && run.failureOf(mutant.seed().number()) != null) return;
    String failure = null;
    long seed = 0;
    while (failure == null && seed < SEEDS_MAX) failure = failureSoon(run, ++seed);
    assertThat(failure).as("%s: not caught by %d seeds", mutant.title(), seed).isNotNull();
    if (SEARCH) mutant.record(path, seed, failure);
  }

  /// What a seed broke; null for nothing, and in a search for what every build would wait for.
  private static String failureSoon(Mutant.Run run, long seed) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    String failure = run.failureOf(seed);
    long took = TimeUnit.NANOSECONDS.toSeconds(threads.getCurrentThreadCpuTime() - before);
    return SEARCH && took > CATCH_SECONDS_MAX ? null : failure;
  }

  /// After a search the table in the documents is written anew.
  @AfterAll
  static void writeTable() throws IOException {
    if (!SEARCH) return;
    String document = Files.readString(TABLE);
    StringBuilder table = new StringBuilder(document.substring(0, document.indexOf(HEAD)));
    table.append(HEAD).append("|---|---|---|\n");
    for (Path path : mutations()) {
      Mutant mutant = Mutant.read(path);
      String title = mutant.title().replace("|", "\\|");
      String caught = mutant.caught().replace("|", "\\|");
      table.append("| " + title + " | " + mutant.seed().number() + " | " + caught + " |\n");
    }
    Files.writeString(TABLE, table);
  }

  @Test
  @DisplayName("the program without a planted bug, loaded the same way, is good")
  void controlIsGood() throws IOException {
    Path any = mutations().getFirst();
    Mutant mutant = Mutant.read(any);
    Mutant.Change nothing =
        new Mutant.Change(mutant.changes().getFirst().from(), mutant.changes().getFirst().from());
    Mutant control =
        new Mutant("control", "nothing", mutant.file(), mutant.seed(), "", List.of(nothing));
    Mutant.Run run = control.load();
    for (long seed = 1; seed <= 20; seed++) assertThat(run.failureOf(seed)).isNull();
  }
}
