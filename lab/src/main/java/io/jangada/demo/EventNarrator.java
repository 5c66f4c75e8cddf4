package io.jangada.demo;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/// The events of the cluster in lines for people, each with the milliseconds since the beginning.
final class EventNarrator {
  private final Screen screen;
  private final boolean verbose;
  private final long beganNanos = System.nanoTime();

  /// @param verbose whether votes and other details are told, too
  EventNarrator(Screen screen, boolean verbose) {
    this.screen = screen;
    this.verbose = verbose;
  }

  static String name(int member) {
    return "n" + member;
  }

  static String names(Collection<Integer> members) {
    return members.stream().sorted().map(EventNarrator::name).collect(Collectors.joining(", "));
  }

  void narrate(String what) {
    long millis = (System.nanoTime() - beganNanos) / 1_000_000;
    screen.narrate(String.format(Locale.ROOT, "%6d ms  %s", millis, what));
  }

  void detail(String what) {
    if (verbose) narrate(what);
  }

  void narrate(int member, String what) {
    narrate(name(member) + " " + what);
  }
}
