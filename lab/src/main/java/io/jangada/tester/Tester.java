package io.jangada.tester;

import io.jangada.harness.ProcessCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs trials on a cluster, one after the other; each finds all servers up and following one
/// leader. One that fails does not keep the next from being run.
public final class Tester {
  /// What became of a trial.
  ///
  /// @param note what was seen, or what was wrong
  public record Outcome(Trial trial, Verdict verdict, String note, long millis) {}

  public enum Verdict {
    OK,
    FAILED,
    /// It makes no sense with so few servers.
    SKIPPED
  }

  /// Told of what goes on.
  public interface Listener {
    void begins(Trial trial);

    void ended(Outcome outcome);
  }

  private final ProcessCluster cluster;
  private final Listener listener;

  /// @param cluster running or not
  public Tester(ProcessCluster cluster, Listener listener) {
    this.cluster = cluster;
    this.listener = listener;
  }

  public List<Outcome> run(List<Trial> trials) throws InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    for (Trial trial : trials) {
      listener.begins(trial);
      long began = System.nanoTime();
      Outcome outcome = run(trial, began);
      outcomes.add(outcome);
      listener.ended(outcome);
    }
    return outcomes;
  }

  private Outcome run(Trial trial, long began) throws InterruptedException {
    if (cluster.ids().size() < trial.serversMin())
      return new Outcome(
          trial, Verdict.SKIPPED, "needs " + trial.serversMin() + " servers or more", 0);
    String unique = trial.name() + "-" + Long.toString(System.nanoTime(), 36);
    try (Stage stage = new Stage(cluster, unique)) {
      stage.restore();
      String note = trial.body().run(stage);
      return new Outcome(trial, Verdict.OK, note, millisSince(began));
    } catch (Failure | TimeoutException | IOException e) {
      return new Outcome(trial, Verdict.FAILED, text(e), millisSince(began));
    }
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static long millisSince(long began) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }
}
