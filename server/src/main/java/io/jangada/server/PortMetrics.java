package io.jangada.server;

import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.CommandTimes;
import io.jangada.protocol.port.PortStats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/// The metrics of the ports for clients of other stores, by port.
final class PortMetrics {
  private static final String PORT = "port";

  private PortMetrics() {}

  static MetricList of(Map<OptionalPort, PortStats> ports) {
    MetricList list = new MetricList("jangada_network_port_");
    if (ports.isEmpty()) return list;
    return list.gauges(
            "connections", "Open connections", PORT, each(ports, one -> one.connections().open()))
        .gauges(
            "connections_max",
            "Limit on open connections",
            PORT,
            each(ports, one -> one.connections().max()))
        .counters(
            "connections_opened",
            "Connections opened",
            PORT,
            each(ports, one -> one.connections().opened()))
        .counters(
            "connections_refused",
            "Connections refused at the limit",
            PORT,
            each(ports, one -> one.connections().refused()))
        .counters(
            "connections_evicted",
            "Connections closed because the client did not read its replies",
            PORT,
            each(ports, one -> one.connections().evicted()))
        .counters("commands", "Commands received", PORT, each(ports, PortStats::commands))
        .counters("received_bytes", "Bytes received", PORT, each(ports, PortStats::bytesIn))
        .counters("sent_bytes", "Bytes sent", PORT, each(ports, PortStats::bytesOut));
  }

  /// How long the replica took for clients' commands.
  static MetricList times(ClientListener text, Map<OptionalPort, ? extends ClientListener> others) {
    Map<String, ClientListener> ports = new LinkedHashMap<>();
    ports.put("client", text);
    others.forEach((which, listener) -> ports.put(which.clients(), listener));
    Map<List<String>, long[]> times = new LinkedHashMap<>();
    ports.forEach(
        (port, listener) -> {
          for (CommandTimes.Kind kind : CommandTimes.Kind.values())
            times.put(List.of(port, kind.name().toLowerCase(Locale.ROOT)), listener.times(kind));
        });
    return new MetricList("jangada_server_")
        .histograms(
            "command_duration_seconds",
            "Time from the start of a client's command to its reply",
            List.of(PORT, "kind"),
            times);
  }

  private static Map<String, Long> each(
      Map<OptionalPort, PortStats> ports, ToLongFunction<PortStats> figure) {
    Map<String, Long> values = new LinkedHashMap<>();
    ports.forEach((port, stats) -> values.put(port.clients(), figure.applyAsLong(stats)));
    return values;
  }
}
