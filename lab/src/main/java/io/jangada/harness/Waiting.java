package io.jangada.harness;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The one place that waits for something outside this process that gives no signal when it
/// happens: it is looked at again and again, at growing intervals, up to a bound.
public final class Waiting {
  private static final long LOOK_MILLIS_FIRST = 2;
  private static final long LOOK_MILLIS_MAX = 50;

  /// Something to look at. An `IOException` means that it could not be seen this time.
  @FunctionalInterface
  public interface Sight<T> {
    Optional<T> look() throws IOException, InterruptedException;
  }

  /// Something that is true or not.
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private Waiting() {}

  /// Waits until there is something to see.
  ///
  /// @param what for the complaint: `a leader`
  /// @throws TimeoutException when there was none in time, with the last reason why not
  public static <T> T need(String what, long millisMax, Sight<T> sight)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
    long pause = LOOK_MILLIS_FIRST;
    IOException why = null;
    while (true) {
      try {
        Optional<T> seen = sight.look();
        if (seen.isPresent()) return seen.get();
        why = null;
      } catch (IOException e) {
        why = e;
      }
      if (System.nanoTime() - deadline >= 0) throw late(what, millisMax, why);
      pause(pause);
      pause = Math.min(2 * pause, LOOK_MILLIS_MAX);
    }
  }

  private static TimeoutException late(String what, long millisMax, IOException why) {
    String because = why == null ? "" : ": " + why.getMessage();
    return new TimeoutException("no " + what + " within " + millisMax + " ms" + because);
  }

  /// Waits until it holds.
  ///
  /// @return whether it did in time
  public static boolean until(long millisMax, Condition condition) throws InterruptedException {
    try {
      return need("", millisMax, () -> condition.holds() ? Optional.of(true) : Optional.empty());
    } catch (TimeoutException late) {
      return false;
    }
  }

  /// Lets time pass, where time itself is what is needed: an expiry, a pause between two faults.
  public static void pause(long millis) throws InterruptedException {
    boolean never = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    if (never) throw new IllegalStateException("this is never counted down");
  }
}
