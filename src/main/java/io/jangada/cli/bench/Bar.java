package io.jangada.cli.bench;

import io.jangada.bench.Load;
import java.util.function.DoubleConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// How far a run is, on standard error; nothing where that is no terminal.
final class Bar implements DoubleConsumer, AutoCloseable {
  private static final int PARTS = 1_000;

  private final ProgressBar bar;

  private Bar(ProgressBar bar) {
    this.bar = bar;
  }

  static Bar of(Load load, boolean terminal) {
    return of(load.shape(), terminal);
  }

  static Bar of(String what, boolean terminal) {
    if (!terminal) return new Bar(null);
    return new Bar(
        new ProgressBarBuilder()
            .setTaskName(what)
            .setInitialMax(PARTS)
            .setStyle(ProgressBarStyle.ASCII)
            .hideEta()
            .clearDisplayOnFinish()
            .build());
  }

  /// @param part what is done, 0 to 1
  @Override
  public void accept(double part) {
    if (bar != null) bar.stepTo((long) (part * PARTS));
  }

  @Override
  public void close() {
    if (bar != null) bar.close();
  }
}
