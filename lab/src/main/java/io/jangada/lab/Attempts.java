package io.jangada.lab;

import io.jangada.bench.BenchRun;
import io.jangada.bench.Load;
import io.jangada.cli.Bar;
import io.jangada.cli.cluster.Output;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/// Measures until it is worth something. A run in which the leader changed, or anything else was
/// not done, says nothing: it is made anew. One with a wrong answer is not.
record Attempts(Output telling) {
  private static final int ATTEMPTS_MAX = 3;

  BenchRun.Result measure(Load load, BenchRun run)
      throws IOException, InterruptedException, TimeoutException {
    for (int attempt = 1; ; attempt++) {
      BenchRun.Result result;
      try (Bar bar = Bar.of(load.shape())) {
        result = run.run(load, bar);
      }
      if (result.measured().isGood()) return result;
      String trouble = result.measured().trouble();
      boolean again = result.measured().wrong() == 0 && attempt < ATTEMPTS_MAX;
      telling.complain(
          load.shape()
              + ": "
              + (trouble == null ? "no request was done" : trouble)
              + (again ? "; once more" : ""));
      if (!again) return result;
    }
  }
}
