package io.jangada.demo;

import io.jangada.kv.Operation;
import java.util.SortedSet;

/// What can be typed at the demo.
sealed interface Command {
  /// @param member whom to ask; [Membership#NONE] for whoever leads
  record Ask(Operation operation, int member) implements Command {}

  record ShowStatus() implements Command {}

  record Kill(SortedSet<Integer> members) implements Command {}

  record Start(SortedSet<Integer> members) implements Command {}

  /// Stops processes at whatever they do.
  record Pause(SortedSet<Integer> members) implements Command {}

  record Resume(SortedSet<Integer> members) implements Command {}

  /// @param side these on one side, the others on the other
  record Partition(SortedSet<Integer> side) implements Command {}

  record Heal() implements Command {}

  record Transfer(int target) implements Command {}

  record Snapshot() implements Command {}

  /// @param millis 0 for as long as it takes until the cluster is at rest
  record Wait(long millis) implements Command {}

  record Help() implements Command {}

  record Quit() implements Command {}
}
