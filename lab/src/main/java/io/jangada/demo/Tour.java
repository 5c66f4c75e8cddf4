package io.jangada.demo;

import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.cli.ExitCode;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;

/// What the demo plays without a terminal: a write, the death of the leader, the same value from
/// its successor, and the return of the dead. Each step is a command as a user could type it, and
/// is checked.
final class Tour {
  private static final String VALUE = "under sail";

  private final Shell shell;
  private final DemoCluster cluster;
  private final Screen screen;

  Tour(Shell shell, DemoCluster cluster, Screen screen) {
    this.shell = shell;
    this.cluster = cluster;
    this.screen = screen;
  }

  int play() throws InterruptedException {
    screen.answer("No terminal and no input: here is a short tour.");
    int code = ExitCode.OK;
    for (String line : new String[] {"wait", "set boat \"" + VALUE + "\"", "get boat"})
      if (code == ExitCode.OK) code = step(line);
    if (code != ExitCode.OK || !isRead()) return failed(code);
    Leadership.Lead first = cluster.leadership().now();
    if (!first.isKnown()) return failed(ExitCode.UNAVAILABLE);
    code = step("kill " + first.member());
    if (code == ExitCode.OK) code = step("get boat");
    if (code != ExitCode.OK || !isRead()) return failed(code);
    DemoClient.Answer after = shell.lastAnswer();
    String[] last = {"set port Fortaleza", "start " + first.member(), "status"};
    for (String line : last) if (code == ExitCode.OK) code = step(line);
    if (code != ExitCode.OK) return failed(code);
    sumUp(first, after);
    screen.answer("Now yourself: run it in a terminal and type 'help', or pipe commands in.");
    return ExitCode.OK;
  }

  private int step(String line) throws InterruptedException {
    screen.echo(line);
    return shell.run(line);
  }

  private boolean isRead() {
    return shell.lastAnswer().outcome() instanceof Outcome.Done(Result.Found found)
        && found.value().equals(Bytes.utf8(VALUE));
  }

  private int failed(int code) {
    screen.complain("jangada demo: the tour did not go as it should");
    return code == ExitCode.OK ? ExitCode.FAILED : code;
  }

  private void sumUp(Leadership.Lead first, DemoClient.Answer after) {
    String killed = EventNarrator.name(first.member());
    String next = EventNarrator.name(after.by().member());
    String took = Durations.ofNanos(after.tookNanos());
    screen.answer("What happened: " + killed + " led term " + first.term() + " and was killed;");
    screen.answer(next + " was elected and gave the value back " + took + " after it was asked;");
    screen.answer(killed + " came back and caught up.");
  }
}
