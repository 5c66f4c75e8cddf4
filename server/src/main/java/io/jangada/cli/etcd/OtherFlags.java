package io.jangada.cli.etcd;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Flags of etcd's, 3.4 to 3.6, that change nothing here: those that are taken whatever they say,
/// and those of which only the value can be had that is true here anyway.
final class OtherFlags {
  /// @param allowed what is true here
  /// @param why the other values cannot be had
  record Fixed(boolean isSwitch, List<String> allowed, String why) {}

  /// What flags were called before they were settled.
  private static final String EXPERIMENTAL = "experimental-";

  private static final List<String> SWITCHES =
      words(
          """
          enable-pprof enable-v2 enable-grpc-gateway strict-reconfig-check pre-vote memory-mlock
          initial-election-tick-advance socket-reuse-port socket-reuse-address
          enable-distributed-tracing initial-corrupt-check compact-hash-check-enabled
          enable-lease-checkpoint enable-lease-checkpoint-persist txn-mode-write-with-shared-buffer
          stop-grpc-service-on-defrag peer-skip-client-san-verification
          """);

  private static final List<String> VALUES =
      words(
          """
          snapshot-count max-snapshots max-wals snapshot-catchup-entries max-concurrent-streams
          backend-bbolt-freelist-type backend-batch-interval backend-batch-limit
          compaction-batch-limit compaction-sleep-interval bootstrap-defrag-threshold-megabytes
          grpc-keepalive-min-time grpc-keepalive-interval grpc-keepalive-timeout
          raft-read-timeout raft-write-timeout wait-cluster-ready-timeout max-learners
          client-cert-file client-key-file self-signed-cert-validity cipher-suites cors
          bcrypt-cost auth-token-ttl log-package-levels log-rotation-config-json feature-gates
          corrupt-check-time compact-hash-check-time downgrade-check-time v2-deprecation
          watch-progress-notify-interval warning-apply-duration warning-unary-request-duration
          distributed-tracing-address distributed-tracing-service-name
          distributed-tracing-instance-id distributed-tracing-sampling-rate
          proxy-failure-wait proxy-refresh-interval proxy-dial-timeout proxy-write-timeout
          proxy-read-timeout discovery-fallback
          """);

  private static final Map<String, Fixed> FIXED = new TreeMap<>();

  static {
    value("wal-dir", "the log is a part of the data directory");
    value("listen-client-http-urls", "gRPC and HTTP share the port of --listen-client-urls");
    value("peer-client-cert-file", "a member shows --peer-cert-file in both directions");
    value("peer-client-key-file", "a member shows --peer-cert-file in both directions");
    value("config-file", "give its lines as flags or as variables ETCD_...");
    String certificates = "no certificates are made at a start; 'jangada certs' makes some";
    toggle("auto-tls", certificates);
    toggle("peer-auto-tls", certificates);
    toggle("force-new-cluster", "'jangada restore' makes a new cluster from a backup");
    String members = "the members are named in --initial-cluster";
    for (String word : words("discovery discovery-srv discovery-srv-name discovery-proxy"))
      value(word, members);
    for (String word : words("discovery-token discovery-endpoints")) value(word, members);
    value("auth-token", "there are simple tokens alone, which all members know", "simple");
    value("proxy", "there is no proxy of the v2 API", "off");
    value("host-whitelist", "the Host of a request is not looked at", "*");
    value("tls-min-version", "TLS 1.2 and 1.3 are spoken", "", "TLS1.2");
    value("tls-max-version", "TLS 1.2 and 1.3 are spoken", "", "TLS1.3");
    value("log-outputs", "the log goes to standard error", "default", "stderr");
    toggle("enable-log-rotation", "the log goes to standard error");
    value("metrics", "it is basic or extensive, and both show all", "basic", "extensive");
  }

  private OtherFlags() {}

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }

  private static void value(String word, String why, String... allowed) {
    List<String> values = allowed.length == 0 ? List.of("") : List.of(allowed);
    FIXED.put(word, new Fixed(false, values, why));
  }

  private static void toggle(String word, String why) {
    FIXED.put(word, new Fixed(true, List.of("false"), why));
  }

  /// All names, without dashes; those of experiments are known, too.
  static List<String> words() {
    TreeMap<String, Fixed> all = new TreeMap<>(FIXED);
    for (String word : SWITCHES) all.put(word, null);
    for (String word : VALUES) all.put(word, null);
    return List.copyOf(all.keySet());
  }

  /// Those that are taken whatever they say.
  static List<String> ignored() {
    return words().stream().filter(word -> !FIXED.containsKey(word)).toList();
  }

  private static String settled(String word) {
    return word.startsWith(EXPERIMENTAL) ? word.substring(EXPERIMENTAL.length()) : word;
  }

  /// Whether it is `true` where no value is written; empty for a flag that is not here.
  static Optional<Boolean> isSwitch(String word) {
    String settled = settled(word);
    if (SWITCHES.contains(settled)) return Optional.of(true);
    if (VALUES.contains(settled)) return Optional.of(false);
    return Optional.ofNullable(FIXED.get(word)).map(Fixed::isSwitch);
  }

  /// What can be had of a flag; empty for one that is taken whatever it says.
  static Optional<Fixed> fixed(String word) {
    return Optional.ofNullable(FIXED.get(word));
  }
}
