package io.jangada.cli.etcd;

import io.jangada.server.Setting;
import io.jangada.server.Settings;
import io.jangada.server.Unit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What etcd's flags mean as settings of ours. A setting whose flag is not given is left to the
/// environment, the file and its default.
final class FlagSettings {
  /// A flag that is of no use without another.
  private record Need(EtcdFlag flag, EtcdFlag other) {}

  private static final long HOUR_MILLIS = 3_600_000;
  private static final long HISTORY_MILLIS_MAX = 30 * 24 * HOUR_MILLIS;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(?:ms|s|m|h))+");
  private static final Pattern DURATION_PART = Pattern.compile("[0-9]+(?:ms|s|m|h)");

  /// etcd's, where one of the two is given.
  private static final String HEARTBEAT_MILLIS = "100";

  private static final String ELECTION_MILLIS = "1000";
  private static final int TICK_MILLIS = 10;

  /// From here on the setting is larger by itself.
  private static final long VALUE_BYTES = 8L << 20;

  private static final List<Need> NEEDS =
      List.of(
          new Need(EtcdFlag.CERT_FILE, EtcdFlag.KEY_FILE),
          new Need(EtcdFlag.KEY_FILE, EtcdFlag.CERT_FILE),
          new Need(EtcdFlag.TRUSTED_CA_FILE, EtcdFlag.CERT_FILE),
          new Need(EtcdFlag.CLIENT_CRL_FILE, EtcdFlag.TRUSTED_CA_FILE),
          new Need(EtcdFlag.CLIENT_CERT_ALLOWED_HOSTNAME, EtcdFlag.TRUSTED_CA_FILE),
          new Need(EtcdFlag.PEER_CERT_FILE, EtcdFlag.PEER_KEY_FILE),
          new Need(EtcdFlag.PEER_KEY_FILE, EtcdFlag.PEER_CERT_FILE),
          new Need(EtcdFlag.PEER_CERT_FILE, EtcdFlag.PEER_TRUSTED_CA_FILE),
          new Need(EtcdFlag.PEER_TRUSTED_CA_FILE, EtcdFlag.PEER_CERT_FILE),
          new Need(EtcdFlag.PEER_CRL_FILE, EtcdFlag.PEER_CERT_FILE),
          new Need(EtcdFlag.PEER_CERT_ALLOWED_CN, EtcdFlag.PEER_CERT_FILE),
          new Need(EtcdFlag.PEER_CERT_ALLOWED_HOSTNAME, EtcdFlag.PEER_CERT_FILE));

  private final EtcdArguments arguments;
  private final Map<Setting, Settings.Value> settings = new EnumMap<>(Setting.class);
  private final List<String> remarks = new ArrayList<>();

  private FlagSettings(EtcdArguments arguments) {
    this.arguments = arguments;
  }

  /// Reads them, and complains to `arguments` of what is wrong.
  static FlagSettings of(EtcdArguments arguments) {
    FlagSettings read = new FlagSettings(arguments);
    read.put(Setting.NAME, EtcdFlag.NAME, arguments.text(EtcdFlag.NAME));
    read.listenForClients();
    read.listenForPeers();
    read.serveMetrics();
    read.times();
    read.history();
    read.limits();
    read.clientTls();
    read.peerTls();
    read.log();
    if (arguments.isSet(EtcdFlag.UNSAFE_NO_FSYNC))
      read.put(Setting.FSYNC, EtcdFlag.UNSAFE_NO_FSYNC, "unsafe-never");
    if (!arguments.ignored().isEmpty())
      read.remarks.add(
          "these flags have no effect here: " + String.join(", ", arguments.ignored()));
    return read;
  }

  /// Each with the flag or variable that it is from.
  Map<Setting, Settings.Value> settings() {
    return new EnumMap<>(settings);
  }

  /// Sentences for the log.
  List<String> remarks() {
    return List.copyOf(remarks);
  }

  private void put(Setting setting, EtcdFlag flag, String text) {
    settings.put(setting, arguments.value(flag, text));
  }

  private void same(EtcdFlag flag, Setting setting) {
    if (arguments.has(flag)) put(setting, flag, arguments.text(flag));
  }

  private void listenForClients() {
    Optional<EtcdListening> listening = EtcdListening.of(EtcdFlag.LISTEN_CLIENT_URLS, arguments);
    listening.ifPresent(
        at -> {
          put(Setting.CLIENT_LISTEN, EtcdFlag.LISTEN_CLIENT_URLS, at.address());
          put(Setting.ETCD_PORT, EtcdFlag.LISTEN_CLIENT_URLS, "" + at.port());
          needSame(EtcdFlag.LISTEN_CLIENT_URLS, at.isTls(), EtcdFlag.CERT_FILE);
          remarkWidened(EtcdFlag.LISTEN_CLIENT_URLS, at);
        });
    if (!arguments.has(EtcdFlag.ADVERTISE_CLIENT_URLS)) return;
    List<EtcdUrl> told = EtcdUrl.list(EtcdFlag.ADVERTISE_CLIENT_URLS, arguments);
    if (told.stream().anyMatch(url -> url.host().isEmpty()))
      arguments.refuse(EtcdFlag.ADVERTISE_CLIENT_URLS, "URLs with hosts");
    put(
        Setting.ETCD_CLIENT_URLS,
        EtcdFlag.ADVERTISE_CLIENT_URLS,
        String.join(",", told.stream().map(EtcdUrl::toString).toList()));
  }

  private void listenForPeers() {
    EtcdListening.of(EtcdFlag.LISTEN_PEER_URLS, arguments)
        .ifPresent(
            at -> {
              put(Setting.LISTEN, EtcdFlag.LISTEN_PEER_URLS, at.address());
              needSame(EtcdFlag.LISTEN_PEER_URLS, at.isTls(), EtcdFlag.PEER_CERT_FILE);
              remarkWidened(EtcdFlag.LISTEN_PEER_URLS, at);
            });
  }

  private void remarkWidened(EtcdFlag flag, EtcdListening at) {
    if (at.isWidened())
      remarks.add(
          "listens on all addresses, at port %d: %s names more than one"
              .formatted(at.port(), arguments.source(flag)));
  }

  /// A port speaks TLS where it has a certificate, and only there.
  private void needSame(EtcdFlag urls, boolean isTls, EtcdFlag certificate) {
    if (isTls && !arguments.has(certificate))
      arguments.complain(
          "%s is https, which needs %s.".formatted(arguments.source(urls), certificate.flag()));
    if (!isTls && arguments.has(certificate))
      arguments.complain(
          "%s is http, and %s is given: write https, or leave the certificate out."
              .formatted(arguments.source(urls), arguments.source(certificate)));
  }

  private void serveMetrics() {
    if (!arguments.has(EtcdFlag.LISTEN_METRICS_URLS)) return;
    EtcdListening.of(EtcdFlag.LISTEN_METRICS_URLS, arguments)
        .ifPresent(
            at -> {
              put(Setting.HTTP_PORT, EtcdFlag.LISTEN_METRICS_URLS, "" + at.port());
              put(Setting.HTTP_LISTEN, EtcdFlag.LISTEN_METRICS_URLS, at.address());
              put(Setting.HTTP_TLS, EtcdFlag.LISTEN_METRICS_URLS, "" + at.isTls());
              if (at.isTls() && !arguments.has(EtcdFlag.CERT_FILE))
                needSame(EtcdFlag.LISTEN_METRICS_URLS, true, EtcdFlag.CERT_FILE);
              remarkWidened(EtcdFlag.LISTEN_METRICS_URLS, at);
            });
  }

  /// Without either flag our own defaults hold, which find a new leader sooner.
  private void times() {
    EtcdFlag heartbeat = EtcdFlag.HEARTBEAT_INTERVAL;
    EtcdFlag election = EtcdFlag.ELECTION_TIMEOUT;
    if (!arguments.has(heartbeat) && !arguments.has(election)) return;
    String interval = arguments.has(heartbeat) ? arguments.text(heartbeat) : HEARTBEAT_MILLIS;
    put(Setting.HEARTBEAT_MILLIS, heartbeat, interval);
    put(
        Setting.ELECTION_TIMEOUT_MILLIS,
        election,
        arguments.has(election) ? arguments.text(election) : ELECTION_MILLIS);
    OptionalLong millis = whole(interval);
    if (millis.isPresent() && millis.getAsLong() >= 1 && millis.getAsLong() < TICK_MILLIS)
      put(Setting.TICK_MILLIS, heartbeat, interval);
  }

  private static OptionalLong whole(String text) {
    return text.matches("[0-9]{1,15}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /// Former values are given up by age and by size. A number of revisions is kept as far as size
  /// allows; so is everything where nothing is to be compacted.
  private void history() {
    EtcdFlag retention = EtcdFlag.AUTO_COMPACTION_RETENTION;
    String text = arguments.text(retention);
    switch (arguments.text(EtcdFlag.AUTO_COMPACTION_MODE)) {
      case "periodic" -> {
        OptionalLong millis = millis(text);
        if (millis.isEmpty() || millis.getAsLong() > HISTORY_MILLIS_MAX)
          arguments.refuse(retention, "a time of at most 720h, as 5m or 10h, or a number of hours");
        else if (millis.getAsLong() > 0)
          put(Setting.HISTORY_MILLIS, retention, "" + millis.getAsLong());
      }
      case "revision" -> {
        OptionalLong revisions = whole(text);
        if (revisions.isEmpty()) arguments.refuse(retention, "a number of revisions");
        else if (revisions.getAsLong() > 0)
          remarks.add("keeps as much history as HistoryBytes allows, not a number of revisions");
      }
      default -> arguments.refuse(EtcdFlag.AUTO_COMPACTION_MODE, "periodic or revision");
    }
  }

  /// A time as Go writes it, or a number of hours.
  private static OptionalLong millis(String text) {
    OptionalLong hours = whole(text);
    if (hours.isPresent())
      return OptionalLong.of(Math.min(hours.getAsLong(), HISTORY_MILLIS_MAX) * HOUR_MILLIS);
    if (!DURATION.matcher(text).matches()) return OptionalLong.empty();
    long millis = 0;
    Matcher parts = DURATION_PART.matcher(text);
    while (parts.find()) millis += Unit.MILLIS.read(parts.group()).orElseThrow();
    return OptionalLong.of(millis);
  }

  private void limits() {
    EtcdFlag quota = EtcdFlag.QUOTA_BACKEND_BYTES;
    // etcd takes a negative quota for none.
    if (!arguments.text(quota).matches("0|-[0-9]{1,18}")) same(quota, Setting.MEMORY_BYTES_MAX);
    same(EtcdFlag.MAX_TXN_OPS, Setting.ETCD_TXN_OPS_MAX);
    same(EtcdFlag.MAX_REQUEST_BYTES, Setting.ETCD_REQUEST_BYTES_MAX);
    OptionalLong request = whole(arguments.text(EtcdFlag.MAX_REQUEST_BYTES));
    if (request.isPresent() && request.getAsLong() > VALUE_BYTES)
      put(Setting.VALUE_BYTES_MAX, EtcdFlag.MAX_REQUEST_BYTES, "" + request.getAsLong());
  }

  private void clientTls() {
    same(EtcdFlag.CERT_FILE, Setting.CERT_FILE);
    same(EtcdFlag.KEY_FILE, Setting.KEY_FILE);
    same(EtcdFlag.TRUSTED_CA_FILE, Setting.TRUSTED_CA_FILE);
    same(EtcdFlag.CLIENT_CRL_FILE, Setting.CRL_FILE);
    same(EtcdFlag.CLIENT_CERT_ALLOWED_HOSTNAME, Setting.CLIENT_CERT_ALLOWED_NAMES);
    // As with etcd, naming a CA is enough.
    if (arguments.has(EtcdFlag.TRUSTED_CA_FILE))
      put(Setting.CLIENT_CERT_AUTH, EtcdFlag.TRUSTED_CA_FILE, "true");
    else if (arguments.isSet(EtcdFlag.CLIENT_CERT_AUTH))
      complainOf(new Need(EtcdFlag.CLIENT_CERT_AUTH, EtcdFlag.TRUSTED_CA_FILE));
    // Only when it is asked for do their names say who they are.
    if (arguments.isSet(EtcdFlag.CLIENT_CERT_AUTH))
      put(Setting.CERT_USERS, EtcdFlag.CLIENT_CERT_AUTH, "true");
    for (Need need : NEEDS)
      if (arguments.has(need.flag) && !arguments.has(need.other)) complainOf(need);
  }

  private void complainOf(Need need) {
    arguments.complain(arguments.source(need.flag) + " needs " + need.other.flag() + ".");
  }

  private void peerTls() {
    same(EtcdFlag.PEER_CERT_FILE, Setting.PEER_CERT_FILE);
    same(EtcdFlag.PEER_KEY_FILE, Setting.PEER_KEY_FILE);
    same(EtcdFlag.PEER_TRUSTED_CA_FILE, Setting.PEER_TRUSTED_CA_FILE);
    same(EtcdFlag.PEER_CRL_FILE, Setting.PEER_CRL_FILE);
    if (arguments.isSet(EtcdFlag.PEER_CLIENT_CERT_AUTH) && !arguments.has(EtcdFlag.PEER_CERT_FILE))
      complainOf(new Need(EtcdFlag.PEER_CLIENT_CERT_AUTH, EtcdFlag.PEER_CERT_FILE));
    List<EtcdFlag> allowed =
        Stream.of(EtcdFlag.PEER_CERT_ALLOWED_CN, EtcdFlag.PEER_CERT_ALLOWED_HOSTNAME)
            .filter(arguments::has)
            .toList();
    if (!allowed.isEmpty())
      put(
          Setting.PEER_CERT_ALLOWED_NAMES,
          allowed.getFirst(),
          String.join(",", allowed.stream().map(arguments::text).toList()));
  }

  private void log() {
    switch (arguments.text(EtcdFlag.LOG_LEVEL)) {
      case "debug", "info", "warn", "error" -> same(EtcdFlag.LOG_LEVEL, Setting.LOG_LEVEL);
      case "panic", "fatal", "dpanic" -> put(Setting.LOG_LEVEL, EtcdFlag.LOG_LEVEL, "error");
      default ->
          arguments.refuse(EtcdFlag.LOG_LEVEL, "debug, info, warn, error, dpanic, panic or fatal");
    }
    if (arguments.isSet(EtcdFlag.DEBUG)) put(Setting.LOG_LEVEL, EtcdFlag.DEBUG, "debug");
    String logger = arguments.text(EtcdFlag.LOGGER);
    if (!List.of("zap", "capnslog").contains(logger))
      arguments.refuse(EtcdFlag.LOGGER, "zap or capnslog");
    if (logger.equals("capnslog")) put(Setting.LOG_FORMAT, EtcdFlag.LOGGER, "text");
    switch (arguments.text(EtcdFlag.LOG_FORMAT)) {
      case "console" -> put(Setting.LOG_FORMAT, EtcdFlag.LOG_FORMAT, "text");
      case "json" -> same(EtcdFlag.LOG_FORMAT, Setting.LOG_FORMAT);
      default -> arguments.refuse(EtcdFlag.LOG_FORMAT, "json or console");
    }
  }
}
