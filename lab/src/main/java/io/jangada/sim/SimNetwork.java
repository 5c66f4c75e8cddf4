package io.jangada.sim;

import io.jangada.node.PeerMessage;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The network between members: it loses, repeats, delays and so reorders what it carries, and does
/// not carry what is sent over a blocked link, nor what is long over a narrow one. Links are
/// blocked in one direction at a time.
final class SimNetwork {
  /// How it behaves just now.
  ///
  /// @param lossPermille of a thousand messages, how many are lost
  /// @param repeatPermille how many come twice
  /// @param delayNanosMin the shortest way
  /// @param delayNanosMax the longest ordinary way
  /// @param spikePermille how many take up to a hundred times as long
  record Weather(
      int lossPermille,
      int repeatPermille,
      long delayNanosMin,
      long delayNanosMax,
      int spikePermille) {
    static final Weather CALM = new Weather(0, 0, 50_000, 500_000, 0);
  }

  /// How much longer a narrow way takes at most.
  private static final long NARROW_NANOS_MAX = 400 * Scheduler.MILLI;

  private record Link(int from, int to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      int byFrom = Integer.compare(from, other.from);
      return byFrom != 0 ? byFrom : Integer.compare(to, other.to);
    }
  }

  private final Scheduler world;
  private final RandomGenerator random;
  private final Consumer<PeerMessage> deliver;
  private final SortedSet<Link> blocked = new TreeSet<>();
  private final SortedSet<Integer> narrow = new TreeSet<>();
  private Weather weather = Weather.CALM;

  SimNetwork(Scheduler world, RandomGenerator random, Consumer<PeerMessage> deliver) {
    this.world = world;
    this.random = random;
    this.deliver = deliver;
  }

  void setWeather(Weather weather) {
    this.weather = weather;
  }

  void cut(int from, int to) {
    blocked.add(new Link(from, to));
  }

  /// Blocks every link between the two groups, both ways.
  void cutBetween(Collection<Integer> some, Collection<Integer> others) {
    for (int one : some)
      for (int other : others) {
        cut(one, other);
        cut(other, one);
      }
  }

  void heal() {
    blocked.clear();
    narrow.clear();
  }

  /// The way to this member is long, and too narrow for messages with anything in them.
  void narrow(int to) {
    narrow.add(to);
  }

  void widen(int to) {
    narrow.remove(to);
  }

  void send(PeerMessage message) {
    if (random.nextInt(1000) < weather.lossPermille) return;
    carry(message);
    if (random.nextInt(1000) < weather.repeatPermille) carry(message);
  }

  /// What is on its way when a link is blocked is lost as well: it is looked at on arrival.
  private void carry(PeerMessage message) {
    long delay = random.nextLong(weather.delayNanosMin, weather.delayNanosMax + 1);
    if (random.nextInt(1000) < weather.spikePermille) delay *= random.nextInt(1, 100);
    if (narrow.contains(message.to())) delay += random.nextLong(NARROW_NANOS_MAX);
    world.after(
        delay,
        () -> {
          boolean fits =
              message.sizeBytes() <= PeerMessage.OVERHEAD_BYTES || !narrow.contains(message.to());
          if (fits && !blocked.contains(new Link(message.from(), message.to())))
            deliver.accept(message);
        });
  }
}
