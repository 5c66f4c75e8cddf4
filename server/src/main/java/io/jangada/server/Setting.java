package io.jangada.server;

import io.jangada.kv.KvLimits;
import io.jangada.server.SettingType.Flag;
import io.jangada.server.SettingType.Range;
import io.jangada.server.SettingType.Text;
import io.jangada.server.SettingType.Whole;
import io.jangada.server.SettingType.Word;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Everything of a server that can be set, beside the list of servers. From the name of one follow
/// its field in the file (`HeartbeatMillis`), its environment variable (`JANGADA_HEARTBEAT_MILLIS`)
/// and its flag (`--heartbeat-millis`).
public enum Setting {
  PATH(
      text(".+", "the name of a folder"),
      "",
      "the folder below which each server keeps its data, in server-<id>; in the file: from the"
          + " file's own folder"),
  DATA_DIR(
      text(".+", "the name of a folder"),
      "",
      "this server's own data directory, instead of one below Path"),
  CLUSTER(
      text("[!-~]{1,64}", "1 to 64 printable characters without blanks"),
      "jangada",
      "the cluster's name; servers of another one are refused"),
  JOIN(new Flag(), "false", "join a cluster that exists: wait to be added, found none"),
  FOUNDING(
      word("majority", "all"),
      "majority",
      "which servers of a new cluster must have met before it begins"),
  LISTEN(
      text("auto|[0-9A-Za-z.:%_-]{1,255}", "auto or an address of this machine"),
      "auto",
      "where the client and log ports listen; auto: everywhere, or on loopback alone if this"
          + " server's Hostname is there"),
  HTTP_PORT(
      new Whole(0, 65_535, Unit.NONE), "0", "the port of health, metrics and status; 0 for none"),
  HTTP_LISTEN(
      text("[0-9A-Za-z.:%_-]{1,255}", "an address of this machine"),
      "127.0.0.1",
      "where the HTTP port listens"),
  TICK_MILLIS(new Whole(1, 1_000, Unit.MILLIS), "10ms", "how finely the protocol counts time"),
  HEARTBEAT_MILLIS(new Whole(1, 60_000, Unit.MILLIS), "50ms", "the longest silence of a leader"),
  ELECTION_TIMEOUT_MILLIS(
      new Range(2, 600_000), "300-600", "a follower that hears of no leader stands after that"),
  REQUEST_TIMEOUT_MILLIS(
      new Whole(10, 600_000, Unit.MILLIS),
      "5s",
      "a request that is not decided by then is answered as undecided"),
  FOLLOWERS(
      word("redirect", "forward"),
      "redirect",
      "what becomes of commands that do not reach the leader"),
  READS(
      word("linearizable", "lease", "follower", "bounded-stale"),
      "linearizable",
      "what a get promises"),
  STALE_MILLIS_MAX(
      new Whole(1, 3_600_000, Unit.MILLIS), "1s", "with bounded-stale reads: how stale"),
  LEASE_DRIFT_PERCENT_MAX(
      new Whole(1, 400, Unit.NONE),
      "25",
      "with lease reads: by how much a clock may run faster than another"),
  FSYNC(
      word("always", "unsafe-never"),
      "always",
      "unsafe-never acknowledges what a power failure loses"),
  KEY_BYTES_MAX(new Whole(1, 64 << 10, Unit.BYTES), "8KiB", "the longest key"),
  VALUE_BYTES_MAX(new Whole(1, 15 << 20, Unit.BYTES), "8MiB", "the longest value"),
  MEMORY_BYTES_MAX(
      new Whole(8 << 20, KvLimits.MEMORY_BYTES_HARD_MAX, Unit.BYTES),
      "",
      "what data, sessions, log and waiting requests may take in memory; by default, and at most,"
          + " what the heap leaves room for"),
  SEGMENT_BYTES(new Whole(64 << 10, 1 << 30, Unit.BYTES), "64MiB", "the size of a file of the log"),
  SNAPSHOT_BYTES(
      new Whole(4 << 10, 64L << 30, Unit.BYTES),
      "64MiB",
      "a snapshot is taken when the log has grown by that, or up to twice that where there is much"
          + " data; by default less where the heap is smaller than 1 GiB"),
  LOG_RETAINED_BYTES(
      new Whole(0, 1 << 30, Unit.BYTES),
      "16MiB",
      "what the log keeps behind a snapshot, for followers that are a little late; likewise"),
  SNAPSHOT_SEND_BYTES_PER_SECOND(
      new Whole(8 << 20, 1L << 40, Unit.BYTES),
      "64MiB",
      "how fast snapshots are sent to servers that are far behind"),
  THREADS(
      word("auto", "shared", "separate"),
      "auto",
      "whether clients, peers and the replica have one thread together or one each; auto: together"
          + " where there are at most two processors"),
  CONNECTIONS_MAX(new Whole(1, 1_000_000, Unit.NONE), "10000", "how many clients may be connected"),
  SEED_SPELLING(new Flag(), "false", "spell the version error ERR_VERION, as the seed's page does"),
  SET_OVERWRITES(new Flag(), "false", "let set replace the value of a key that is there"),
  EXPTIME_LEFT(new Flag(), "false", "let getm show the seconds that are left, not those given"),
  EMPTY_LINES_ANSWERED(new Flag(), "false", "answer an empty line with ERR_CMD_ERR"),
  NO_REPLY(new Flag(), "true", "whether set and cas may end in noreply, and get no reply then"),
  VERSIONS_PER_KEY(
      new Flag(), "false", "let versions be each key's number of changes, which begins with 1"),
  ADMIN(new Flag(), "true", "whether the client port takes admin commands"),
  LOG_LEVEL(word("error", "warn", "info", "debug", "trace"), "info", "how much is told"),
  LOG_FORMAT(word("text", "json"), "text", "how it is told");

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

  private static SettingType word(String... words) {
    return new Word(List.of(words));
  }

  SettingType kind() {
    return kind;
  }

  /// The value where nobody says anything, in its normal form; empty for none.
  public String defaultValue() {
    return defaultValue.isEmpty() ? "" : kind.normal(defaultValue).orElseThrow();
  }

  /// The same, as people like to read it.
  public String defaultAsWritten() {
    return defaultValue;
  }

  /// What it is, for people.
  public String meaning() {
    return meaning;
  }

  /// What a value must be, for people.
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
