package io.jangada.torture;

import io.jangada.check.Checker;
import io.jangada.check.History;
import io.jangada.check.HistoryPage;
import io.jangada.check.HistoryText;
import io.jangada.check.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The epochs of a run, one after the other, each checked on a thread of its own while the next
/// goes on. What is not linearizable, or cannot be decided, is written down and ends the run.
final class HistoryRecorder {
  private static final int OPERATIONS_MAX = 30_000;
  private static final int WAITING_MAX = 4;
  private static final long OPEN_MILLIS_MAX = 90_000;
  private static final Round LAST = new Round(-1, 0);

  private final Path folder;
  private final ProgressLine progressLine;
  private final BlockingQueue<Round> ended = new LinkedBlockingQueue<>(WAITING_MAX);
  private final Thread judge;
  private volatile Round current = new Round(1, OPERATIONS_MAX);
  private volatile int good;

  /// @param folder for histories that are not as they should be
  HistoryRecorder(Path folder, ProgressLine progressLine) {
    this.folder = folder;
    this.progressLine = progressLine;
    this.judge = Thread.ofPlatform().daemon().name("judge").start(this::judge);
  }

  Round current() {
    return current;
  }

  /// How many epochs were found to be linearizable.
  int good() {
    return good;
  }

  /// Begins the next epoch, unless the checking of those before is behind; operations that are
  /// under way still end in theirs.
  void rotate() {
    Round before = current;
    if (ended.remainingCapacity() == 0) return;
    current = new Round(before.number() + 1, OPERATIONS_MAX);
    before.close();
    ended.add(before);
  }

  /// Ends the last epoch and waits for the last verdict.
  void end(long millisMax) throws InterruptedException {
    current.close();
    boolean taken = ended.offer(current, millisMax, TimeUnit.MILLISECONDS);
    taken &= ended.offer(LAST, millisMax, TimeUnit.MILLISECONDS);
    judge.join(millisMax);
    if (!taken || judge.isAlive())
      progressLine.trouble("the histories were not checked within " + millisMax + " ms");
  }

  private void judge() {
    try {
      for (Round epoch = ended.take(); epoch != LAST; epoch = ended.take()) judge(epoch);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      progressLine.trouble("a history could not be checked: " + e);
    }
  }

  private void judge(Round epoch) throws InterruptedException, IOException {
    OptionalInt open = epoch.awaitEnd(OPEN_MILLIS_MAX);
    if (open.isPresent())
      progressLine.trouble(
          open.getAsInt() + " operations did not end within " + OPEN_MILLIS_MAX + " ms");
    History history = epoch.history();
    Verdict verdict = new Checker().check(history);
    if (verdict instanceof Verdict.Linearizable) {
      good++;
      return;
    }
    Path page = folder.resolve("history-" + epoch.number() + ".html");
    Files.writeString(page, HistoryPage.draw(history, verdict));
    Path text = folder.resolve("history-" + epoch.number() + ".txt");
    Files.writeString(text, HistoryText.write(history));
    progressLine.trouble(verdict + "; drawn in " + page + ", as text in " + text);
  }
}
