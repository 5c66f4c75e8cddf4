package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;

/// A history of one key written like a story: each line is the next event. Clients have names; one
/// has at most one operation open.
final class Story {

  static final String KEY = "x";

  private final History.Recorder recorder = new History.Recorder();
  private final Map<Integer, Integer> open = new HashMap<>();
  private long time;

  Story asks(int process, Op op) {
    time += 10;
    open.put(process, recorder.invoke(process, KEY, op, time));
    return this;
  }

  Story hears(int process, RecordedResult result) {
    time += 10;
    recorder.complete(open.remove(process), result, time);
    return this;
  }

  Story isRefused(int process) {
    time += 10;
    recorder.fail(open.remove(process), time);
    return this;
  }

  Story givesUp(int process) {
    recorder.unknown(open.remove(process));
    return this;
  }

  /// Asks and hears at once, with nothing in between.
  Story does(int process, Op op, RecordedResult result) {
    return asks(process, op).hears(process, result);
  }

  Story writes(int process, String value) {
    return does(process, new Op.Write(value), new RecordedResult.Written());
  }

  Story reads(int process, String value) {
    return does(process, new Op.Read(), new RecordedResult.Found(value));
  }

  Story findsNothing(int process) {
    return does(process, new Op.Read(), new RecordedResult.Absent());
  }

  History history() {
    return recorder.history();
  }

  /// The verdict, which must not depend on which way the search goes first.
  Verdict verdict() {
    Verdict lucky = new Checker().check(history());
    Verdict luckless = new Checker(Checker.Limits.USUAL, 0).check(history());
    assertThat(luckless).hasSameClassAs(lucky);
    return lucky;
  }

  /// Why it is not linearizable; fails if it is.
  String why() {
    if (verdict() instanceof Verdict.NotLinearizable bad) {
      return bad.why();
    }
    throw new AssertionError("not as expected: " + verdict());
  }
}
