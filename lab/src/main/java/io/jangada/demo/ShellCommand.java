package io.jangada.demo;

import io.jangada.kv.Operation;
import java.util.SortedSet;

/// What can be typed at the demo.
sealed interface ShellCommand {
  /// @param member the member to ask; [Membership#NONE] for the leader
  record Ask(Operation operation, int member) implements ShellCommand {}

  record ShowStatus() implements ShellCommand {}

  record Kill(SortedSet<Integer> members) implements ShellCommand {}

  record Start(SortedSet<Integer> members) implements ShellCommand {}

  /// @param side these on one side, the others on the other
  record Partition(SortedSet<Integer> side) implements ShellCommand {}

  record Heal() implements ShellCommand {}

  record Transfer(int target) implements ShellCommand {}

  record Snapshot() implements ShellCommand {}

  /// @param millis 0 for as long as it takes until the cluster is at rest
  record Wait(long millis) implements ShellCommand {}

  record Help() implements ShellCommand {}

  record Quit() implements ShellCommand {}
}
