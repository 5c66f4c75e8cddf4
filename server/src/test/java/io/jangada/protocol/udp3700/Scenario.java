package io.jangada.protocol.udp3700;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What happens in a run.
///
/// @param requests of all clients together
/// @param shared whether they read and write the same few keys
/// @param repeat the part of the requests that come twice
/// @param garbage datagrams that are no messages, or not for their receiver
record Scenario(
    String name,
    int replicas,
    Times times,
    int requests,
    boolean shared,
    Weather weather,
    double repeat,
    int garbage,
    List<Blow> blows) {

  /// @param startSeconds when the first request comes
  /// @param seconds how long requests come
  /// @param endSeconds how long replies are waited for after the last, at most
  record Times(double startSeconds, double seconds, double endSeconds) {}

  /// Something bad.
  sealed interface Blow {
    /// In seconds from the first request.
    double at();

    record KillLeader(double at, ReplicaProcess.Signal signal) implements Blow {}

    record KillOther(double at, ReplicaProcess.Signal signal) implements Blow {}

    record Part(double at, double until, Side leader) implements Blow {}
  }

  /// On which side of a partition the leader is.
  enum Side {
    MAJORITY,
    MINORITY,
    ANY
  }

  private static final ReplicaProcess.Signal TERM = ReplicaProcess.Signal.TERM;
  private static final ReplicaProcess.Signal KILL = ReplicaProcess.Signal.KILL;

  static Scenario of(String name, double seconds, double perSecond, Blow... blows) {
    return new Scenario(
        name,
        5,
        new Times(5, seconds, 2),
        (int) (seconds * perSecond),
        false,
        Weather.FAIR,
        0,
        0,
        List.of(blows));
  }

  Scenario with(Weather weather) {
    return new Scenario(name, replicas, times, requests, shared, weather, repeat, garbage, blows);
  }

  Scenario with(Times times) {
    return new Scenario(name, replicas, times, requests, shared, weather, repeat, garbage, blows);
  }

  /// All read and write the same few keys.
  Scenario sharing() {
    return new Scenario(name, replicas, times, requests, true, weather, repeat, garbage, blows);
  }

  Scenario with(int replicas) {
    return new Scenario(name, replicas, times, requests, shared, weather, repeat, garbage, blows);
  }

  /// @param repeat the part of clients' requests that come twice
  Scenario dirty(double repeat, int garbage) {
    return new Scenario(name, replicas, times, requests, shared, weather, repeat, garbage, blows);
  }

  Scenario asking(int requests) {
    return new Scenario(name, replicas, times, requests, shared, weather, repeat, garbage, blows);
  }

  Scenario named(String name) {
    return new Scenario(name, replicas, times, requests, shared, weather, repeat, garbage, blows);
  }

  private static Blow.Part even(double at, double until, Side leader) {
    return new Blow.Part(at, until, leader);
  }

  /// All there are.
  ///
  /// @param seconds how long requests come in each
  static List<Scenario> all(double seconds) {
    double third = seconds / 3;
    double light = 500 / 30.0;
    List<Scenario> all = new ArrayList<>();
    all.add(of("light", seconds, light));
    all.add(of("heavy", seconds, 200));
    all.add(of("heavy-shared", seconds, 200).sharing());
    Stream.of(0.01, 0.05, 0.1, 0.2)
        .map(
            loss -> of("loss-" + Math.round(loss * 100), seconds, light).with(Weather.losing(loss)))
        .forEach(all::add);
    all.add(of("heavy-loss-10", seconds, 200).with(Weather.losing(0.1)));
    all.add(of("crash-other", seconds, light, new Blow.KillOther(third, TERM)));
    all.add(of("crash-leader", seconds, light, new Blow.KillLeader(third, TERM)));
    all.add(of("kill-9-leader", seconds, light, new Blow.KillLeader(third, KILL)));
    all.add(
        of(
            "crash-two-leaders",
            seconds,
            light,
            new Blow.KillLeader(third, TERM),
            new Blow.KillLeader(2 * third, TERM)));
    all.add(
        of(
            "crash-two-at-once",
            seconds,
            light,
            new Blow.KillLeader(third, TERM),
            new Blow.KillOther(third + 0.1, TERM)));
    all.add(of("part-easy", seconds, light, even(third, 2 * third, Side.MAJORITY)));
    all.add(of("part-hard", seconds, light, even(third, 2 * third, Side.MINORITY)));
    all.add(
        of(
            "part-twice",
            seconds,
            light,
            even(seconds / 5, 2 * seconds / 5, Side.ANY),
            even(3 * seconds / 5, 4 * seconds / 5, Side.ANY)));
    all.add(everything(seconds, light));
    all.add(everything(seconds, 100).named("everything-heavy"));
    return all;
  }

  /// Loss, delay, copies, garbage, a partition that cuts the leader off, and two crashes.
  static Scenario everything(double seconds, double perSecond) {
    return of(
            "everything",
            seconds,
            perSecond,
            new Blow.KillLeader(seconds / 6, TERM),
            even(seconds / 3, seconds / 2, Side.MINORITY),
            new Blow.KillLeader(2 * seconds / 3, KILL))
        .with(new Weather(0.1, 0.05, 5))
        .sharing()
        .dirty(0.05, 50);
  }
}
