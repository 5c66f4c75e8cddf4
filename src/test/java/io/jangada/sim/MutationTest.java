package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bugs planted on purpose, to trust the laws and the simulator: some seed must catch each.
/// `docs/MUTATIONS.md` lists what it took.
class MutationTest {
  private static final Path MUTATIONS = Path.of("src/test/resources/mutations");

  /// How many seeds may be tried when the known one does not catch it any more.
  private static final int SEEDS_MAX = 1_500;

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
    String failure = run.failureOf(mutant.seed());
    int tried = 1;
    for (long seed = 1; failure == null && seed <= SEEDS_MAX; seed++, tried++)
      failure = run.failureOf(seed);
    System.out.printf("mutation %s: %d seeds: %s%n", mutant.name(), tried, failure);
    assertThat(failure).as("%s: not caught by %d seeds", mutant.title(), tried).isNotNull();
  }

  @Test
  @DisplayName("the program without a planted bug, loaded the same way, is good")
  void controlIsGood() throws IOException {
    Path any = mutations().getFirst();
    Mutant mutant = Mutant.read(any);
    Mutant.Change nothing =
        new Mutant.Change(mutant.changes().getFirst().from(), mutant.changes().getFirst().from());
    Mutant control = new Mutant("control", "nothing", mutant.file(), 1, List.of(nothing));
    Mutant.Run run = control.load();
    for (long seed = 1; seed <= 20; seed++) assertThat(run.failureOf(seed)).isNull();
  }
}
