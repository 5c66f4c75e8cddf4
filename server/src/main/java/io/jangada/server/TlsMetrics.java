package io.jangada.server;

import io.jangada.net.PortGate;
import io.jangada.net.ReloadingTls;
import io.jangada.net.TlsFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/// The metrics of TLS, by port.
final class TlsMetrics {
  private static final String PORT = "port";

  private TlsMetrics() {}

  static MetricList of(List<PortGate> gates) {
    MetricList list = new MetricList("jangada_tls_");
    list.counters(
            "handshakes", "TLS handshakes that succeeded", PORT, each(gates, PortGate::handshakes))
        .gauges(
            "handshakes_unfinished",
            "TLS handshakes under way",
            PORT,
            each(gates, PortGate::handshakesUnfinished))
        .counters(
            "refused",
            "Connections refused before or in the TLS handshake",
            List.of(PORT, "reason"),
            refused(gates))
        .counters(
            "reloads",
            "Reloads of TLS files",
            PORT,
            each(gates, gate -> gate.tls() == null ? 0 : gate.tls().reloads()))
        .counters(
            "reload_failures",
            "TLS files that changed and could not be used",
            PORT,
            each(gates, gate -> gate.tls() == null ? 0 : gate.tls().failures()));
    Map<String, Long> expiries = expiries(gates);
    if (!expiries.isEmpty())
      list.gauges(
          "certificate_expiry_timestamp_seconds",
          "Expiry of the port's certificate since the Unix epoch",
          PORT,
          expiries);
    return list;
  }

  private static String name(PortGate gate) {
    return gate.port().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Long> each(List<PortGate> gates, ToLongFunction<PortGate> figure) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (PortGate gate : gates) values.put(name(gate), figure.applyAsLong(gate));
    return values;
  }

  private static Map<List<String>, Long> refused(List<PortGate> gates) {
    Map<List<String>, Long> values = new LinkedHashMap<>();
    for (PortGate gate : gates)
      for (TlsFailure.Kind kind : TlsFailure.Kind.values())
        values.put(List.of(name(gate), kind.name().toLowerCase(Locale.ROOT)), gate.refused(kind));
    return values;
  }

  private static Map<String, Long> expiries(List<PortGate> gates) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (PortGate gate : gates) {
      ReloadingTls tls = gate.tls();
      if (tls == null) continue;
      tls.context().expiry().ifPresent(expiry -> values.put(name(gate), expiry.getEpochSecond()));
    }
    return values;
  }
}
