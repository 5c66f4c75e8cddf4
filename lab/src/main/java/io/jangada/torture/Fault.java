package io.jangada.torture;

import java.util.Locale;

/// What is done to the cluster.
enum Fault {
  KILL_ONE(3),
  KILL_LEADER(4),
  KILL_SEVERAL(2),
  KILL_ALL(1),
  PAUSE_ONE(2),
  PAUSE_LEADER(6),
  TERMINATE(2),
  WIPE(2),
  /// A flipped bit on the disk of a server that is down.
  DAMAGE(2),
  REPLACE(2),
  /// A member more or one less.
  RESIZE(2),
  TRANSFER(3),
  SNAPSHOT(2);

  /// How often, compared with the others.
  private final int weight;

  Fault(int weight) {
    this.weight = weight;
  }

  static Fault draw(java.util.random.RandomGenerator random) {
    int all = 0;
    for (Fault fault : values()) all += fault.weight;
    int die = random.nextInt(all);
    for (Fault fault : values()) {
      die -= fault.weight;
      if (die < 0) return fault;
    }
    throw new IllegalStateException("the weights do not add up");
  }

  /// For people.
  String kind() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
