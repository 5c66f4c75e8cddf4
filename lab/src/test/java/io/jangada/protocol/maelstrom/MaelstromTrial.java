package io.jangada.protocol.maelstrom;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// A run of any length, measured: not part of the gate. How to start it is in `CONTRIBUTING.md`.
class MaelstromTrial {
  private final Map<String, String> options = new TreeMap<>();

  private String option(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  private int number(String name, int otherwise) {
    return Integer.parseInt(option(name, "" + otherwise));
  }

  @Test
  void run() throws Exception {
    for (String word : System.getProperty("trial", "").split(" "))
      if (!word.isBlank()) options.put(word.split("=")[0], word.split("=")[1]);
    String launcher = option("bin", "");
    long seed = Long.parseLong(option("seed", "" + new Random().nextInt(1_000_000)));
    int cutMillis = number("cut-millis", 0);
    Trial.Settings settings =
        new Trial.Settings(
            "trial",
            launcher.isEmpty()
                ? NodeProcess.compiled(MaelstromNode.class)
                : NodeProcess.launched(launcher),
            number("nodes", 3),
            new Network.Latency(option("latency-dist", "constant"), number("latency-millis", 0)),
            new LinKv.Settings(
                number("rate", 20), number("seconds", 20), number("creates", 0) == 1, seed),
            new Trial.Nemesis(
                List.of(Partition.Kind.values()), cutMillis, number("regular", 1) == 1));
    for (int run = 0; run < number("runs", 1); run++) {
      Trial trial = Trial.run(settings);
      System.out.println("trial " + options + " seed " + seed + ": " + trial.verdict());
      System.out.println("  " + trial.told());
      assertThat(trial.faults()).isEmpty();
      assertThat(trial.verdict()).isInstanceOf(Verdict.Linearizable.class);
    }
  }
}
