package io.jangada.cli.etcd;

import java.util.Locale;

/// A flag of etcd's that means something here. All others are in [OtherFlags].
enum EtcdFlag {
  NAME("default", "the name of this member in --initial-cluster"),
  DATA_DIR("", "the data directory; by default NAME.etcd"),
  LISTEN_CLIENT_URLS("http://localhost:2379", "where clients are served"),
  ADVERTISE_CLIENT_URLS("", "where clients are told to come; by default the peer URL's host"),
  LISTEN_PEER_URLS("http://localhost:2380", "where other members are listened to"),
  INITIAL_ADVERTISE_PEER_URLS("http://localhost:2380", "where other members reach this one"),
  INITIAL_CLUSTER("", "NAME=URL of each member, with commas; by default this member alone"),
  INITIAL_CLUSTER_STATE("new", "new, or existing for a member that was added"),
  INITIAL_CLUSTER_TOKEN("etcd-cluster", "the name of the cluster"),
  HEARTBEAT_INTERVAL("", "milliseconds between heartbeats; 50 if neither of the two is given"),
  ELECTION_TIMEOUT("", "milliseconds without a leader; 300 to 600 if neither is given"),
  AUTO_COMPACTION_MODE("periodic", "periodic or revision"),
  AUTO_COMPACTION_RETENTION("0", "how long history is kept: 5m, 10h, a number of hours"),
  QUOTA_BACKEND_BYTES("0", "the limit on memory; 0 for what the heap allows"),
  MAX_REQUEST_BYTES("", "the maximum size of a request; 1.5 MiB by default"),
  MAX_TXN_OPS("", "the maximum number of operations in a transaction; 128 by default"),
  CERT_FILE("", "the certificate of the client port; with it clients speak TLS"),
  KEY_FILE("", "its key"),
  TRUSTED_CA_FILE("", "the CAs of clients, who then need a certificate"),
  CLIENT_CERT_AUTH(false, "whether clients need a certificate"),
  CLIENT_CRL_FILE("", "clients' certificates that are revoked"),
  CLIENT_CERT_ALLOWED_HOSTNAME("", "the names that clients' certificates may have"),
  PEER_CERT_FILE("", "the certificate of this member among the members"),
  PEER_KEY_FILE("", "its key"),
  PEER_TRUSTED_CA_FILE("", "the CAs of the other members"),
  PEER_CLIENT_CERT_AUTH(false, "members always check each other's certificates here"),
  PEER_CRL_FILE("", "members' certificates that are revoked"),
  PEER_CERT_ALLOWED_CN("", "the names that members' certificates may have"),
  PEER_CERT_ALLOWED_HOSTNAME("", "the same"),
  LISTEN_METRICS_URLS("", "a port for /metrics, /health, /livez and /readyz"),
  LOG_LEVEL("info", "debug, info, warn, error, panic or fatal"),
  LOG_FORMAT("json", "json or console"),
  LOGGER("zap", "zap, or capnslog for lines of text"),
  DEBUG(false, "the same as --log-level debug"),
  UNSAFE_NO_FSYNC(false, "lose acknowledged writes at a power failure"),
  VERSION(false, "print the versions"),
  HELP(false, "print this"),
  MEMBER_ID("", "the number with which this member will be added to an existing cluster"),
  CLIENT_PORT("", "the port of Jangada's own protocols; by default the peer port + 27");

  private final String defaultValue;
  private final boolean isSwitch;
  private final String help;

  EtcdFlag(String defaultValue, String help) {
    this.defaultValue = defaultValue;
    this.isSwitch = false;
    this.help = help;
  }

  EtcdFlag(boolean defaultValue, String help) {
    this.defaultValue = Boolean.toString(defaultValue);
    this.isSwitch = true;
    this.help = help;
  }

  /// Its name without dashes; what etcd does not know is marked as ours.
  String word() {
    String word = name().toLowerCase(Locale.ROOT).replace('_', '-');
    return this == CLIENT_PORT || this == MEMBER_ID ? "jangada-" + word : word;
  }

  /// Its name as it is written.
  String flag() {
    return "--" + word();
  }

  String defaultValue() {
    return defaultValue;
  }

  /// Whether it is `true` where no value is written.
  boolean isSwitch() {
    return isSwitch;
  }

  String help() {
    return help;
  }
}
