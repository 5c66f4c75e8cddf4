package io.jangada.bench;

/// What a run is to do.
public record Load(Workload workload, Clients clients, Data data, Times times) {
  public static final int CONNECTIONS_MAX = 10_000;

  /// Requests of one connection without a reply, at most, in an open loop too: what is due beyond
  /// waits, and its wait counts.
  public static final int IN_FLIGHT_MAX = 1 << 10;

  public static final int VALUE_BYTES_MAX = 8 << 20;
  public static final int KEYS_MAX = 1_000_000_000;

  /// @param connections 1 or more
  /// @param inFlight in a closed loop, the requests of a connection that wait for their replies
  /// @param rate requests a second of all connections together, on a fixed schedule (an open loop);
  ///   0 for a closed loop
  public record Clients(int connections, int inFlight, double rate) {
    public static final Clients ONE = new Clients(1, 1, 0);

    public Clients {
      check("connections", connections, 1, CONNECTIONS_MAX);
      check("in flight", inFlight, 1, IN_FLIGHT_MAX);
      if (!(rate >= 0 && rate <= 1e8)) throw new IllegalArgumentException("rate " + rate);
    }
  }

  /// @param valueBytes 1 or more
  /// @param keys how many keys are drawn from; for `cas` there is one
  /// @param overwrites whether the servers let `set` replace a value: otherwise every `put` takes a
  ///   fresh key
  /// @param rangeKeys how many keys are in a range
  public record Data(int valueBytes, int keys, boolean overwrites, int rangeKeys) {
    public Data {
      check("value bytes", valueBytes, 1, VALUE_BYTES_MAX);
      check("keys", keys, 1, KEYS_MAX);
      check("keys of a range", rangeKeys, 1, KEYS_MAX);
    }

    public Data(int valueBytes, int keys, boolean overwrites) {
      this(valueBytes, keys, overwrites, 1);
    }
  }

  /// @param seconds what is measured
  /// @param warmupSeconds what goes before and does not count
  public record Times(double seconds, double warmupSeconds) {
    /// For loads whose time is not what counts.
    public static final Times SHORT = new Times(1, 0);

    public Times {
      if (!(seconds > 0 && seconds <= 86_400) || !(warmupSeconds >= 0 && warmupSeconds <= 86_400))
        throw new IllegalArgumentException(seconds + " seconds after " + warmupSeconds);
    }
  }

  private static void check(String what, int value, int min, int max) {
    if (value < min || value > max)
      throw new IllegalArgumentException(what + " must be " + min + " to " + max + ": " + value);
  }

  public int connections() {
    return clients.connections;
  }

  public int inFlight() {
    return clients.inFlight;
  }

  public double rate() {
    return clients.rate;
  }

  public int valueBytes() {
    return data.valueBytes;
  }

  public int keys() {
    return data.keys;
  }

  /// How many keys are in a range: no more than there are.
  public int rangeKeys() {
    return Math.min(data.rangeKeys, data.keys);
  }

  public boolean overwrites() {
    return data.overwrites;
  }

  public double seconds() {
    return times.seconds;
  }

  public double warmupSeconds() {
    return times.warmupSeconds;
  }

  public boolean isOpen() {
    return rate() > 0;
  }

  /// How many keys have to be there before it reads or replaces them.
  int filledKeys() {
    return workload == Workload.cas ? 1 : keys();
  }

  /// The same, for servers that do or do not let `set` replace a value.
  public Load overwriting(boolean overwrites) {
    Data same = new Data(valueBytes(), keys(), overwrites, data.rangeKeys);
    return new Load(workload, clients, same, times);
  }

  /// For people: `put 16 x 32`, or `put 64 at 1000/s`.
  public String shape() {
    String how = isOpen() ? " at %.0f/s".formatted(rate()) : " x " + inFlight();
    return workload + " " + connections() + how;
  }
}
