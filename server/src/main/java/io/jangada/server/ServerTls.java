package io.jangada.server;

import io.jangada.link.Secret;
import io.jangada.net.PortGate;
import io.jangada.net.ReloadingTls;
import io.jangada.net.TlsException;
import io.jangada.net.TlsFiles;
import io.jangada.net.TlsPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The TLS of a server's ports, as its configuration says: one set of files for clients and the
/// HTTP port, one for the links between servers. Where no certificate is configured there is no
/// TLS.
final class ServerTls {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
  private static final long HANDSHAKE_MILLIS_MAX = 5_000;

  static {
    // A client must not make a server negotiate again and again. Read when TLS is first used.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  /// Null for a port without TLS.
  private final ReloadingTls clients;

  private final ReloadingTls etcd;
  private final ReloadingTls http;
  private final ReloadingTls peers;
  private final Secret secret;

  /// Reads the files.
  ///
  /// @throws IOException when they cannot be used; the message says which and why
  ServerTls(ServerConfig config, int id) throws IOException {
    Settings settings = config.settings();
    TlsFiles files =
        new TlsFiles(
            file(config, Setting.CERT_FILE, id),
            file(config, Setting.KEY_FILE, id),
            file(config, Setting.TRUSTED_CA_FILE, id),
            file(config, Setting.CRL_FILE, id));
    TlsPolicy asked =
        new TlsPolicy(
            settings.flag(Setting.CLIENT_CERT_AUTH),
            settings.names(Setting.CLIENT_CERT_ALLOWED_NAMES),
            false);
    clients = open("client", files, asked);
    // A client that can do both is a browser or alike, and is served JSON.
    etcd = open("etcd", files, asked.withProtocols("http/1.1", "h2"));
    http = settings.flag(Setting.HTTP_TLS) ? open("HTTP", files, TlsPolicy.DEFAULT) : null;
    secret = Secret.read(config.file(Setting.PEER_SECRET_FILE, id));
    peers =
        open(
            "log",
            new TlsFiles(
                file(config, Setting.PEER_CERT_FILE, id),
                file(config, Setting.PEER_KEY_FILE, id),
                file(config, Setting.PEER_TRUSTED_CA_FILE, id),
                file(config, Setting.PEER_CRL_FILE, id)),
            TlsPolicy.MUTUAL.withAllowedNames(settings.names(Setting.PEER_CERT_ALLOWED_NAMES)));
  }

  private static Path file(ServerConfig config, Setting setting, int id) {
    return config.file(setting, id).orElse(null);
  }

  private static ReloadingTls open(String port, TlsFiles files, TlsPolicy policy)
      throws TlsException {
    return files.certificate() == null ? null : ReloadingTls.open(port, files, policy);
  }

  /// @param handshakesMax how many may be unfinished at a time
  PortGate clientGate(int handshakesMax) {
    return new PortGate(
        "client", clients, new PortGate.Limits(handshakesMax, HANDSHAKE_MILLIS_MAX));
  }

  /// For etcd's clients, who bring the same certificates as others.
  PortGate etcdGate(int handshakesMax) {
    return new PortGate("etcd", etcd, new PortGate.Limits(handshakesMax, HANDSHAKE_MILLIS_MAX));
  }

  /// For clients of other stores, who bring the same certificates too.
  PortGate otherGate(String port, int handshakesMax) {
    return new PortGate(port, clients, new PortGate.Limits(handshakesMax, HANDSHAKE_MILLIS_MAX));
  }

  PortGate httpGate(int handshakesMax) {
    return new PortGate("HTTP", http, new PortGate.Limits(handshakesMax, HANDSHAKE_MILLIS_MAX));
  }

  /// Null where links have no TLS.
  ReloadingTls peers() {
    return peers;
  }

  /// What all servers share; [Secret#NONE] where none is configured.
  Secret secret() {
    return secret;
  }

  boolean hasClientTls() {
    return clients != null;
  }

  boolean isOff() {
    return all().isEmpty();
  }

  private List<ReloadingTls> all() {
    return Stream.of(clients, etcd, http, peers).filter(Objects::nonNull).toList();
  }

  /// Reads the files of all ports again, as far as they can be used.
  ///
  /// @throws TlsException when those of a port cannot; it goes on with the old ones
  void reload() throws TlsException {
    TlsException first = null;
    for (ReloadingTls one : all()) {
      try {
        one.reload();
      } catch (TlsException e) {
        if (first == null) first = e;
      }
    }
    if (first != null) throw first;
  }

  /// Reads the files again that have changed. To be called each second.
  void reloadIfChanged() {
    for (ReloadingTls one : all()) {
      try {
        one.reloadIfChanged();
      } catch (RuntimeException e) {
        LOG.error("failed to read the TLS files of the {} port", one.port(), e);
      }
    }
  }
}
