package io.jangada.sim;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SearchTmpTest {
  @Test
  void search() throws IOException {
    long max = Long.getLong("tmp.max", 200L);
    for (String name : System.getProperty("tmp.names").split(",")) {
      Path path = Path.of("lab/src/test/resources/mutations", name + ".txt");
      Mutant mutant = Mutant.read(path);
      String failure = null;
      long seed = 0;
      try {
        Mutant.Run run = mutant.load();
        while (failure == null && seed < max) failure = run.failureOf(++seed);
      } catch (IllegalStateException e) {
        failure = null;
        System.out.println("XX " + name + " " + e.getMessage());
      }
      if (failure != null) mutant.record(path, seed, failure);
      System.out.println(
          "XX "
              + name
              + " "
              + seed
              + " "
              + (failure == null ? "NOT CAUGHT" : failure.lines().findFirst().orElse("")));
    }
  }
}
