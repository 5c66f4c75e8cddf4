package io.jangada.cli;

import java.io.Console;
import java.util.function.DoubleConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// How far something is, on standard error; nothing where that is no terminal.
public final class Bar implements DoubleConsumer, AutoCloseable {
  private static final int PARTS = 1_000;
  private static final String ERASE = "\r\u001b[K";

  private final ProgressBar bar;

  private Bar(ProgressBar bar) {
    this.bar = bar;
  }

  /// A bar, shown where standard error is a terminal.
  public static Bar of(String what) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) return new Bar(null);
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

  /// Shows the present step beside the bar.
  public void show(String what) {
    if (bar != null) bar.setExtraMessage(what);
  }

  /// Makes room for a line of output; the bar comes back below it.
  public void erase() {
    if (bar == null) return;
    System.err.print(ERASE);
    System.err.flush();
  }

  @Override
  public void close() {
    if (bar != null) bar.close();
  }
}
