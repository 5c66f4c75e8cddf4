package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Runs of any length, measured: not part of the gate. How to start it is in `CONTRIBUTING.md`.
class UdpTrial {
  private final Map<String, String> options = new TreeMap<>();

  private String option(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  private double number(String name, double otherwise) {
    return Double.parseDouble(option(name, "" + otherwise));
  }

  @Test
  void run() throws Exception {
    for (String word : System.getProperty("trial", "").split(" "))
      if (!word.isBlank()) options.put(word.split("=")[0], word.split("=")[1]);
    String launcher = option("bin", "");
    List<String> command =
        launcher.isEmpty() ? ReplicaProcess.compiled(ReplicaProgram.class) : List.of(launcher);
    if (!launcher.isEmpty()) buildWith(launcher);
    long seed = Long.parseLong(option("seed", "" + new Random().nextInt(1_000_000)));
    List<Trial> trials = new ArrayList<>();
    for (int run = 0; run < (int) number("runs", 1); run++) {
      for (Scenario scenario : scenarios()) {
        Trial trial = Trial.run(scenario, command, seed + run);
        System.out.println("seed " + (seed + run) + " " + trial.told());
        trials.add(trial);
      }
    }
    System.out.println(Trial.heading());
    for (Trial trial : trials) System.out.println(trial.row());
    for (Trial trial : trials) {
      assertThat(trial.counts().faults()).isEmpty();
      assertThat(trial.counts().earlyOnes()).isEmpty();
      assertThat(trial.verdict()).isInstanceOf(Verdict.Linearizable.class);
    }
  }

  /// A launcher's first start builds. Without arguments it does no more than that.
  private static void buildWith(String launcher) throws Exception {
    new ProcessBuilder(launcher).inheritIO().start().waitFor();
  }

  private List<Scenario> scenarios() {
    double seconds = number("seconds", 30);
    String name = option("scenario", "all");
    List<Scenario> chosen = new ArrayList<>();
    for (Scenario scenario : Scenario.all(seconds))
      if (name.equals("all") || List.of(name.split(",")).contains(scenario.name()))
        chosen.add(changed(scenario, seconds));
    assertThat(chosen).as("no scenario is called " + name).isNotEmpty();
    return chosen;
  }

  private Scenario changed(Scenario scenario, double seconds) {
    Scenario changed = scenario.with((int) number("replicas", scenario.replicas()));
    double start = number("start", scenario.times().startSeconds());
    changed = changed.with(new Scenario.Times(start, seconds, scenario.times().endSeconds()));
    if (options.containsKey("rate")) changed = changed.asking((int) (number("rate", 0) * seconds));
    if (options.containsKey("loss")) changed = changed.with(Weather.losing(number("loss", 0)));
    return changed;
  }
}
