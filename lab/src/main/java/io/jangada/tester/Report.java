package io.jangada.tester;

import io.jangada.cli.Bar;
import io.jangada.codec.Json;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a tester says: a line for each trial as it ends, or one JSON object for all of them; and a
/// bar below while it goes on, on a terminal.
public final class Report implements Tester.Listener, AutoCloseable {
  private final PrintWriter out;
  private final boolean json;
  private final int nameWidth;
  private final int trials;
  private final Bar bar = Bar.of("trials");
  private int done;

  public Report(PrintWriter out, List<Trial> trials, boolean json) {
    this.out = out;
    this.json = json;
    this.trials = trials.size();
    this.nameWidth = trials.stream().mapToInt(trial -> trial.name().length()).max().orElse(0);
  }

  @Override
  public void begins(Trial trial) {
    bar.show(trial.name());
  }

  @Override
  public void ended(Tester.Outcome outcome) {
    bar.erase();
    bar.accept((double) ++done / trials);
    if (!json) out.println(line(outcome));
    out.flush();
  }

  private String line(Tester.Outcome outcome) {
    String verdict = outcome.verdict() == Tester.Verdict.OK ? "ok" : outcome.verdict().name();
    String name = outcome.trial().name();
    return String.format(
        Locale.ROOT,
        "%-7s  %s  %6d ms  %s",
        verdict,
        name + " ".repeat(Math.max(0, nameWidth - name.length())),
        outcome.millis(),
        outcome.note());
  }

  /// The last words.
  ///
  /// @return whether all is well
  public boolean sumUp(List<Tester.Outcome> outcomes) {
    close();
    long failed = count(outcomes, Tester.Verdict.FAILED);
    if (json) out.println(json(outcomes, failed == 0).canonical().toUtf8());
    else
      out.println(
          count(outcomes, Tester.Verdict.OK)
              + " ok, "
              + failed
              + " failed, "
              + count(outcomes, Tester.Verdict.SKIPPED)
              + " skipped");
    out.flush();
    return failed == 0;
  }

  private static long count(List<Tester.Outcome> outcomes, Tester.Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }

  private static Json json(List<Tester.Outcome> outcomes, boolean ok) {
    List<Json> tests = new ArrayList<>();
    for (Tester.Outcome outcome : outcomes) {
      SortedMap<String, Json> test = new TreeMap<>();
      test.put("name", new Json.Str(outcome.trial().name()));
      test.put("what", new Json.Str(outcome.trial().what()));
      test.put("verdict", new Json.Str(outcome.verdict().name().toLowerCase(Locale.ROOT)));
      test.put("note", new Json.Str(outcome.note()));
      test.put("millis", new Json.Num(BigDecimal.valueOf(outcome.millis()), true));
      tests.add(new Json.Obj(test));
    }
    SortedMap<String, Json> all = new TreeMap<>();
    all.put("ok", new Json.Bool(ok));
    all.put("tests", new Json.Arr(tests));
    return new Json.Obj(all);
  }

  @Override
  public void close() {
    bar.close();
  }
}
