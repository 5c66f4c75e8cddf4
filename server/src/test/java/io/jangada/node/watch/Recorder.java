package io.jangada.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// A watcher that writes down what it is told, and sees to it that it is told so in a lawful order.
public final class Recorder implements Watcher {
  private static final long NEVER = -1;

  public final List<WatchEvent> events = new ArrayList<>();

  /// How many events each delivery had.
  public final List<Integer> deliveries = new ArrayList<>();

  public long started = NEVER;
  public long compacted = NEVER;
  public long progress = NEVER;
  public WatchEnd ended;

  /// Whether it takes a delivery.
  public BooleanSupplier admits = () -> true;

  /// Whether it takes more after a delivery.
  public BooleanSupplier takesMore = () -> true;

  /// Whether it said that it takes no more, and nothing else since.
  public boolean paused;

  private void isGoingOn() {
    assertThat(isOver()).as("nothing follows the end").isFalse();
  }

  public boolean isOver() {
    return compacted != NEVER || ended != null;
  }

  private long lastRevision() {
    return events.isEmpty() ? 0 : events.getLast().revision();
  }

  @Override
  public void started(long revision) {
    isGoingOn();
    assertThat(started).as("it starts once").isEqualTo(NEVER);
    started = revision;
  }

  @Override
  public boolean admit() {
    isGoingOn();
    assertThat(paused).as("a question to one that has paused").isFalse();
    paused = !admits.getAsBoolean();
    return !paused;
  }

  @Override
  public boolean events(List<WatchEvent> more) {
    isGoingOn();
    assertThat(started).as("it has started").isNotEqualTo(NEVER);
    assertThat(paused).as("events for one that takes none").isFalse();
    assertThat(more).isNotEmpty();
    assertThat(more.getFirst().revision()).as("whole revisions").isGreaterThan(lastRevision());
    assertThat(more).isSortedAccordingTo((a, b) -> Long.compare(a.revision(), b.revision()));
    events.addAll(more);
    deliveries.add(more.size());
    paused = !takesMore.getAsBoolean();
    return !paused;
  }

  @Override
  public void progress(long revision) {
    isGoingOn();
    assertThat(revision).isGreaterThanOrEqualTo(Math.max(progress, lastRevision()));
    progress = revision;
  }

  @Override
  public void compacted(long compacted) {
    isGoingOn();
    this.compacted = compacted;
  }

  @Override
  public void ended(WatchEnd reason) {
    isGoingOn();
    ended = reason;
  }
}
