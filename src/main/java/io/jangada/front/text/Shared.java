package io.jangada.front.text;

import io.jangada.node.Replica;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What all connections of a front share; for any thread.
final class Shared {
  /// Whom the connections serve.
  private record Served(Replica replica, AdminDesk desk) {}

  private final TextSettings settings;
  private final Budget arriving;
  private final Budget underWay;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile Served served;

  Shared(TextSettings settings) {
    this.settings = settings;
    this.arriving = new Budget(settings.limits().arrivingBytesMax());
    this.underWay = new Budget(settings.limits().bytesMax());
  }

  TextSettings settings() {
    return settings;
  }

  Budget arriving() {
    return arriving;
  }

  void serve(Replica replica, AdminDesk desk) {
    served = new Served(replica, desk);
    for (Connection one : connections) one.lane().loop().execute(one::proceed);
  }

  boolean isServing() {
    return served != null;
  }

  Replica replica() {
    return served.replica;
  }

  AdminDesk desk() {
    return served.desk;
  }

  void opened(Connection connection) {
    connections.add(connection);
  }

  void closed(Connection connection) {
    connections.remove(connection);
  }

  void begun(int costBytes) {
    underWay.take(costBytes);
  }

  void ended(int costBytes) {
    underWay.give(costBytes);
  }
}
