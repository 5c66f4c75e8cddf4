package io.jangada.client;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How a [JangadaClient] finds its servers, how long it waits, how much it takes on.
///
/// @param endpoints servers to begin with, one or more; members that they name are found by
///   themselves
/// @param members where members listen, as far as it is known from the start: what a `REDIRECT`
///   names is looked up here, and asked of a server otherwise
public record ClientOptions(
    List<Endpoint> endpoints,
    Map<Integer, Endpoint> members,
    Connections connections,
    Timing timing,
    Limits limits) {
  /// How servers are connected to.
  ///
  /// @param perServer how many connections there are to each, 1 or more; 1 serves most
  /// @param tls null for connections without TLS
  /// @param login null for a client that does not say who it is
  public record Connections(int perServer, ClientTls tls, Login login) {
    public static final Connections DEFAULT = new Connections(1, null, null);

    public Connections {
      if (perServer < 1) throw new IllegalArgumentException(perServer + " connections per server");
    }
  }

  /// Durations, in milliseconds, all of 1 or more.
  ///
  /// @param callMillis from a call to its reply at the latest, whatever happens
  /// @param silenceMillis a server that is silent for so long while calls wait counts as dead
  /// @param connectMillis how long a connection may take to be made
  /// @param backOffMinMillis the first pause, after two attempts that failed
  /// @param backOffMaxMillis the longest pause; pauses double up to it, and half of each is drawn
  ///   by chance
  public record Timing(
      long callMillis,
      long silenceMillis,
      int connectMillis,
      long backOffMinMillis,
      long backOffMaxMillis) {
    public static final Timing DEFAULT = new Timing(10_000, 2_000, 1_000, 10, 50);

    /// No duration may be longer: a day.
    public static final long MILLIS_MAX = 86_400_000;

    public Timing {
      for (long millis :
          new long[] {callMillis, silenceMillis, connectMillis, backOffMinMillis, backOffMaxMillis})
        if (millis < 1 || millis > MILLIS_MAX)
          throw new IllegalArgumentException("a duration of " + millis + " ms");
      if (backOffMinMillis > backOffMaxMillis)
        throw new IllegalArgumentException(
            "pauses from " + backOffMinMillis + " to " + backOffMaxMillis + " ms");
    }
  }

  /// @param inFlightMax calls under way at once; one more is [Reply.Unavailable] at once
  /// @param bytesInFlightMax the same for the bytes of their keys and values; a call alone may have
  ///   more
  /// @param valueBytesMax a longer value in a reply counts as garbage
  public record Limits(int inFlightMax, long bytesInFlightMax, int valueBytesMax) {
    public static final Limits DEFAULT = new Limits(4_096, 64L << 20, 64 << 20);

    public Limits {
      if (inFlightMax < 1 || bytesInFlightMax < 1 || valueBytesMax < 1)
        throw new IllegalArgumentException("limits below 1");
    }
  }

  public ClientOptions {
    endpoints = List.copyOf(endpoints);
    members = java.util.Collections.unmodifiableMap(new TreeMap<>(members));
    if (endpoints.isEmpty()) throw new IllegalArgumentException("a client without an endpoint");
  }

  /// These servers and otherwise what serves most.
  public static ClientOptions of(List<Endpoint> endpoints) {
    return new ClientOptions(
        endpoints, Map.of(), Connections.DEFAULT, Timing.DEFAULT, Limits.DEFAULT);
  }

  public ClientOptions withMembers(Map<Integer, Endpoint> members) {
    return new ClientOptions(endpoints, members, connections, timing, limits);
  }

  public ClientOptions withConnectionsPerServer(int connectionsPerServer) {
    return with(new Connections(connectionsPerServer, connections.tls, connections.login));
  }

  /// With TLS on all connections.
  ///
  /// @param tls null for connections without TLS
  public ClientOptions withTls(ClientTls tls) {
    return with(new Connections(connections.perServer, tls, connections.login));
  }

  /// With a user that every connection authenticates as.
  ///
  /// @param login null for a client that does not say who it is
  public ClientOptions withLogin(Login login) {
    return with(new Connections(connections.perServer, connections.tls, login));
  }

  private ClientOptions with(Connections connections) {
    return new ClientOptions(endpoints, members, connections, timing, limits);
  }

  public ClientOptions withTiming(Timing timing) {
    return new ClientOptions(endpoints, members, connections, timing, limits);
  }

  public ClientOptions withLimits(Limits limits) {
    return new ClientOptions(endpoints, members, connections, timing, limits);
  }
}
