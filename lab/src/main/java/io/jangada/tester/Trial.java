package io.jangada.tester;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// One thing that is tried out.
///
/// @param name as `--only` takes it
/// @param what must hold, for people
/// @param serversMin with fewer servers it makes no sense
public record Trial(String name, String what, int serversMin, Body body) {
  /// What is done. Returns what was seen, for people.
  @FunctionalInterface
  interface Body {
    String run(Stage stage) throws IOException, InterruptedException, TimeoutException, Failure;
  }

  /// All of them, in the order in which they are run.
  public static List<Trial> all() {
    return Stream.of(SeedTrials.all(), ProtocolTrials.all(), LeaderTrials.all(), CrashTrials.all())
        .flatMap(List::stream)
        .toList();
  }
}
