package io.jangada.server;

import io.jangada.kv.KvLimits;
import io.jangada.server.SettingType.Flag;
import io.jangada.server.SettingType.Names;
import io.jangada.server.SettingType.Range;
import io.jangada.server.SettingType.Text;
import io.jangada.server.SettingType.Whole;
import io.jangada.server.SettingType.Word;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The settings of a server, apart from the list of servers. From the name of one follow its field
/// in the file (`HeartbeatMillis`), its environment variable (`JANGADA_HEARTBEAT_MILLIS`) and its
/// flag (`--heartbeat-millis`).
public enum Setting {
  PATH(
      text(".+", "the name of a folder"),
      "",
      "the folder of the data directories, server-<id> each; in the file: relative to the file's"
          + " folder"),
  DATA_DIR(
      text(".+", "the name of a folder"),
      "",
      "this server's own data directory, instead of one below Path"),
  CLUSTER(
      text("[!-~]{1,64}", "1 to 64 printable characters without blanks"),
      "jangada",
      "the cluster's name; servers of another cluster are refused"),
  JOIN(new Flag(), "false", "join an existing cluster instead of bootstrapping a new one"),
  FOUNDING(
      word("majority", "all"),
      "majority",
      "how many servers of a new cluster must be connected before it bootstraps"),
  LISTEN(
      text("auto|[0-9A-Za-z.:%_-]{1,255}", "auto or an address of this machine"),
      "auto",
      "the address of the client and log ports; auto: all addresses, or loopback if this"
          + " server's Hostname is a loopback address"),
  CLIENT_LISTEN(
      text("[0-9A-Za-z.:%_-]{1,255}", "an address of this machine"),
      "",
      "the address of the client ports, where it is not that of Listen"),
  HTTP_PORT(
      new Whole(0, 65_535, Unit.NONE), "0", "the port for health, metrics and status; 0 for none"),
  HTTP_LISTEN(
      text("[0-9A-Za-z.:%_-]{1,255}", "an address of this machine"),
      "127.0.0.1",
      "the address of the HTTP port"),
  HTTP_TLS(new Flag(), "true", "whether the HTTP port speaks TLS where CertFile is set"),
  MEMCACHED_PORT(
      new Whole(0, 65_535, Unit.NONE), "0", "the port for memcached clients; 0 for none"),
  REDIS_PORT(new Whole(0, 65_535, Unit.NONE), "0", "the port for Redis clients; 0 for none"),
  FLUSH_ALLOWED(
      new Flag(),
      "false",
      "whether memcached's flush_all and Redis's FLUSHALL and FLUSHDB may remove all keys"),
  ETCD_PORT(new Whole(0, 65_535, Unit.NONE), "0", "the port for etcd's clients; 0 for none"),
  NAME(
      text("[!-~&&[^,=]]{1,128}", "1 to 128 printable characters without blank, comma and ="),
      "server-{id}",
      "this server's name among etcd's clients; {id} stands for the server's id"),
  ETCD_CLIENT_URLS(
      text(
          "https?://[^\\s,/]+:[0-9]{1,5}(,https?://[^\\s,/]+:[0-9]{1,5})*",
          "URLs with commas between them, as in http://a.example:2379"),
      "",
      "where etcd's clients are told to reach this server; by default its Hostname and EtcdPort"),
  ETCD_REQUEST_BYTES_MAX(
      new Whole(1 << 10, 15 << 20, Unit.BYTES),
      "1536KiB",
      "the maximum size of a request of etcd's protocol"),
  ETCD_TXN_OPS_MAX(
      new Whole(1, KvLimits.STEPS_MAX, Unit.NONE),
      "128",
      "the maximum number of operations in each list of a transaction of etcd's protocol"),
  ETCD_PROGRESS_MILLIS(
      new Whole(100, 86_400_000, Unit.MILLIS),
      "10m",
      "how often watchers of etcd's protocol without events learn how far they are, if they ask for"
          + " that; up to 10 percent more"),
  TICK_MILLIS(
      new Whole(1, 1_000, Unit.MILLIS), "10ms", "the resolution of heartbeats and timeouts"),
  HEARTBEAT_MILLIS(
      new Whole(1, 60_000, Unit.MILLIS), "50ms", "the interval between heartbeats of a leader"),
  ELECTION_TIMEOUT_MILLIS(
      new Range(2, 600_000),
      "300-600",
      "a follower starts an election after this time without a leader"),
  REQUEST_TIMEOUT_MILLIS(
      new Whole(10, 600_000, Unit.MILLIS),
      "5s",
      "requests time out after this; their outcome is then unknown"),
  FOLLOWERS(
      word("redirect", "forward"),
      "redirect",
      "whether followers redirect clients to the leader or forward their commands"),
  READS(
      word("linearizable", "lease", "follower", "bounded-stale"),
      "linearizable",
      "the consistency of get"),
  STALE_MILLIS_MAX(
      new Whole(1, 3_600_000, Unit.MILLIS),
      "1s",
      "with bounded-stale reads: the maximum staleness"),
  LEASE_DRIFT_PERCENT_MAX(
      new Whole(1, 400, Unit.NONE), "25", "with lease reads: the maximum drift between two clocks"),
  FSYNC(
      word("always", "unsafe-never"),
      "always",
      "whether writes are synced before they are acknowledged; with unsafe-never a power failure"
          + " loses acknowledged writes"),
  KEY_BYTES_MAX(new Whole(1, 64 << 10, Unit.BYTES), "8KiB", "the maximum size of a key"),
  VALUE_BYTES_MAX(new Whole(1, 15 << 20, Unit.BYTES), "8MiB", "the maximum size of a value"),
  MEMORY_BYTES_MAX(
      new Whole(8 << 20, KvLimits.MEMORY_BYTES_HARD_MAX, Unit.BYTES),
      "",
      "the limit on memory for data, sessions, log and waiting requests; by default, and at most,"
          + " as much as the heap allows"),
  HISTORY_MILLIS(
      new Whole(0, 30L * 86_400_000, Unit.MILLIS),
      "0",
      "how long former values are kept, for watchers that lag and for reads at a former revision;"
          + " 0: not at all"),
  HISTORY_BYTES(
      new Whole(1 << 20, KvLimits.MEMORY_BYTES_HARD_MAX, Unit.BYTES),
      "",
      "how much memory former values may take, where they are kept; by default a tenth of"
          + " MemoryBytesMax. They never keep a write from being done"),
  SEGMENT_BYTES(
      new Whole(64 << 10, 1 << 30, Unit.BYTES), "64MiB", "the size of a segment of the log"),
  SNAPSHOT_BYTES(
      new Whole(4 << 10, 64L << 30, Unit.BYTES),
      "64MiB",
      "a snapshot is taken when the log has grown by this, or more where there is much data; the"
          + " default is less where the heap is smaller than 1 GiB"),
  LOG_RETAINED_BYTES(
      new Whole(0, 1 << 30, Unit.BYTES),
      "16MiB",
      "how much of the log is retained behind a snapshot, for followers that lag a little; the"
          + " default is less where the heap is smaller than 1 GiB"),
  SNAPSHOT_SEND_BYTES_PER_SECOND(
      new Whole(8 << 20, 1L << 40, Unit.BYTES),
      "64MiB",
      "the rate at which a snapshot is sent to a follower"),
  THREADS(
      word("auto", "shared", "separate"),
      "auto",
      "whether clients, peers and the replica share one thread or have one each; auto: shared"
          + " where there are at most two processors"),
  CONNECTIONS_MAX(
      new Whole(1, 1_000_000, Unit.NONE), "10000", "the maximum number of connected clients"),
  SEED_SPELLING(
      new Flag(), "false", "spell the version error ERR_VERION, as raft-golang's page does"),
  SET_OVERWRITES(new Flag(), "false", "let set replace the value of an existing key"),
  EXPTIME_LEFT(new Flag(), "false", "let getm show the seconds that remain, not those given"),
  EMPTY_LINES_ANSWERED(new Flag(), "false", "reply to an empty line with ERR_CMD_ERR"),
  NO_REPLY(new Flag(), "true", "whether set and cas accept noreply"),
  VERSIONS_PER_KEY(
      new Flag(), "false", "let versions count the changes of each key, beginning with 1"),
  ADMIN(new Flag(), "true", "whether the client port accepts admin commands"),
  CERT_FILE(
      file(),
      "",
      "the certificate of the client and HTTP ports, in PEM, followed by those of intermediate CAs;"
          + " with it they speak TLS. {id} in a name stands for the server's id; in the file:"
          + " relative to the file's folder"),
  KEY_FILE(file(), "", "the private key of CertFile: PKCS#8 in PEM, not encrypted"),
  TRUSTED_CA_FILE(
      file(), "", "the CAs that clients' certificates come from; programs check servers with it"),
  CLIENT_CERT_AUTH(
      new Flag(),
      "false",
      "whether clients of the client port need a certificate of TrustedCaFile"),
  CLIENT_CERT_ALLOWED_NAMES(
      new Names(),
      "",
      "with ClientCertAuth: the common or alternative names that clients' certificates may have;"
          + " any by default"),
  CERT_USERS(
      new Flag(),
      "false",
      "with ClientCertAuth: whether the common name of a client's certificate is its user"),
  CRL_FILE(file(), "", "the certificates that the CAs of TrustedCaFile have revoked"),
  PEER_CERT_FILE(
      file(),
      "",
      "the certificate of this server among the servers, in PEM; with it they speak TLS, and each"
          + " checks the other's"),
  PEER_KEY_FILE(file(), "", "the private key of PeerCertFile"),
  PEER_TRUSTED_CA_FILE(file(), "", "the CAs that the other servers' certificates come from"),
  PEER_CERT_ALLOWED_NAMES(
      new Names(),
      "",
      "the common or alternative names that the other servers' certificates may have; any by"
          + " default"),
  PEER_CRL_FILE(file(), "", "the certificates that the CAs of PeerTrustedCaFile have revoked"),
  PEER_SECRET_FILE(
      file(),
      "",
      "a file with a secret of 16 bytes or more that all servers share; a server that does not know"
          + " it is refused"),
  AUDIT_FILE(
      text(".*", "the name of a file"),
      "",
      "the file of the audit trail, where {id} stands for the server's id; in the file: relative to"
          + " the file's folder; none: no trail"),
  AUDIT_FILE_BYTES_MAX(
      new Whole(64 << 10, 1L << 40, Unit.BYTES),
      "64MiB",
      "another file of the audit trail is begun when one is this large"),
  AUDIT_FILES_MAX(
      new Whole(1, 1_000, Unit.NONE), "8", "how many files of the audit trail are kept"),
  AUDIT_WRITES(
      text(".*", "prefixes of keys with blanks between them, or *"),
      "",
      "which keys' changes are in the audit trail: prefixes with blanks between them, * for all"),
  AUDIT_READS(
      text(".*", "prefixes of keys with blanks between them, or *"),
      "",
      "which keys' reads and watches are in the audit trail: likewise"),
  AUDIT_SAMPLE_PERCENT(
      new Whole(0, 100, Unit.NONE),
      "100",
      "how many of these writes and reads are in the audit trail, taken at random"),
  LOG_LEVEL(
      word("error", "warn", "info", "debug", "trace"),
      "info",
      "the least severe level that is logged"),
  LOG_FORMAT(word("text", "json"), "text", "the format of log lines");

  private final SettingType kind;
  private final String defaultValue;
  private final String meaning;

  Setting(SettingType kind, String standard, String meaning) {
    this.kind = kind;
    this.defaultValue = standard;
    this.meaning = meaning;
  }

  private static SettingType text(String pattern, String wants) {
    return new Text(Pattern.compile(pattern), wants);
  }

  private static SettingType file() {
    return text(".+", "the name of a file");
  }

  private static SettingType word(String... words) {
    return new Word(List.of(words));
  }

  SettingType kind() {
    return kind;
  }

  /// The value that applies where none is set, in its normal form; empty for none.
  public String defaultValue() {
    return defaultValue.isEmpty() ? "" : kind.normal(defaultValue).orElseThrow();
  }

  /// The default value with a unit, for people.
  public String defaultAsWritten() {
    return defaultValue;
  }

  /// The description, for `--help`, documents and error messages.
  public String meaning() {
    return meaning;
  }

  /// The values that are allowed, for error messages.
  public String wants() {
    return kind.wants();
  }

  /// Its name in the file.
  public String field() {
    StringBuilder name = new StringBuilder();
    for (String part : name().split("_"))
      name.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
    return name.toString();
  }

  public String variable() {
    return "JANGADA_" + name();
  }

  public String flag() {
    return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
