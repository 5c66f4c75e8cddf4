package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import io.jangada.codec.Json;
import io.jangada.harness.TextReply;
import io.jangada.net.TestCertificates;
import io.jangada.net.TlsContext;
import io.jangada.net.TlsFiles;
import io.jangada.net.TlsPolicy;
import io.jangada.protocol.etcd.RawGrpc;
import io.jangada.protocol.etcd.api.PutRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Three servers with TLS on all ports.
@Timeout(120)
class TlsClusterTest {
  private static final int PATIENCE_MILLIS = 20_000;

  private static final String[] FIELDS = {
    "'CertFile':'server-{id}.pem'",
    "'KeyFile':'server-{id}-key.pem'",
    "'TrustedCaFile':'cluster-ca.pem'",
    "'ClientCertAuth':true",
    "'CrlFile':'cluster-crl.pem'",
    "'PeerCertFile':'peer-{id}.pem'",
    "'PeerKeyFile':'peer-{id}-key.pem'",
    "'PeerTrustedCaFile':'cluster-ca.pem'",
    "'PeerCertAllowedNames':['peer-0','peer-1','peer-2']"
  };

  @TempDir static Path made;
  private static TlsFiles client;

  @TempDir private Path folder;
  private Fleet fleet;

  @BeforeAll
  static void makeCertificates() {
    TestCertificates ca = new TestCertificates(made, "cluster");
    for (int id = 0; id < 3; id++) {
      ca.issue("server-" + id);
      ca.issue("peer-" + id);
      ca.issue("next-" + id, "CN=peer-" + id, "san=dns:localhost,ip:127.0.0.1");
    }
    client = ca.issue("client");
    ca.issue("root");
    ca.issue("stolen");
    ca.revoke("stolen");
  }

  @BeforeEach
  void copyCertificates() throws IOException {
    try (var files = Files.list(made)) {
      for (Path one : files.toList()) Files.copy(one, folder.resolve(one.getFileName()));
    }
  }

  private static TlsContext as(String name) throws IOException {
    TlsFiles files =
        new TlsFiles(
            made.resolve(name + ".pem"), made.resolve(name + "-key.pem"), client.trustedCa(), null);
    return TlsContext.load(files, TlsPolicy.DEFAULT);
  }

  private Fleet started() throws Exception {
    fleet = new Fleet(folder, 3, FIELDS);
    fleet.dialWith(as("client"));
    fleet.startAll();
    return fleet;
  }

  @Test
  void aClusterServesFailsOverAndRotatesItsCertificates() throws Exception {
    try (Fleet fleet = started()) {
      int leader = fleet.leader();
      assertThat(fleet.askLeader("set boat 0 4", "sail")).isInstanceOf(TextReply.Ok.class);
      long term = term(leader);

      rotate(List.of(0, 1, 2));
      for (int id = 0; id < 3; id++) assertThat(renewed(id)).isTrue();
      assertThat(fleet.leader()).isEqualTo(leader);
      assertThat(term(leader)).as("no heartbeat was missed").isEqualTo(term);

      fleet.kill(leader);
      assertThat(fleet.leader()).isNotEqualTo(leader);
      assertThat(fleet.askLeader("get boat", "")).isInstanceOf(TextReply.Value.class);
      fleet.start(leader);
      assertThat(fleet.untilAllSee("0 voter, 1 voter, 2 voter")).isTrue();
    }
  }

  private long term(int id) throws IOException {
    return fleet.status(id).number("term", Integer.MAX_VALUE);
  }

  private void rotate(List<Integer> ids) {
    for (int id : ids)
      for (String end : List.of(".pem", "-key.pem"))
        TestCertificates.replace(
            folder.resolve("peer-" + id + end), folder.resolve("next-" + id + end));
  }

  /// Whether the files were read again, and both links were made anew.
  private boolean renewed(int id) throws InterruptedException {
    return fleet.until(
        () ->
            metric(id, "jangada_tls_reloads_total{port=\"log\"}") == 1
                && metric(id, "jangada_tls_handshakes_total{port=\"log\"}") >= 4);
  }

  private double metric(int id, String name) throws IOException {
    String answer = get(id, "/metrics");
    return answer
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(-1);
  }

  private String get(int id, String path) throws IOException {
    try (Socket plain =
            new Socket(InetAddress.getLoopbackAddress(), fleet.at(id).port(OptionalPort.HTTP));
        Socket socket =
            as("client").dial(plain, "127.0.0.1", fleet.at(id).port(OptionalPort.HTTP))) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void brokenFilesChangeNothingAndAreReported() throws Exception {
    try (Fleet fleet = started()) {
      fleet.leader();
      double expiry =
          metric(0, "jangada_tls_certificate_expiry_timestamp_seconds{port=\"client\"}");
      assertThat(expiry).isGreaterThan(System.currentTimeMillis() / 1e3);
      TestCertificates.replace(folder.resolve("server-0.pem"), "nonsense");
      assertThat(
              fleet.until(
                  () -> metric(0, "jangada_tls_reload_failures_total{port=\"client\"}") == 1))
          .isTrue();
      Json.Obj refused = Fleet.object(fleet.ask(0, "admin reload-certs", ""));
      assertThat(refused.flag("ok")).isFalse();
      assertThat(refused.text("error")).contains("server-0.pem");
      TestCertificates.replace(folder.resolve("server-0.pem"), folder.resolve("server-1.pem"));
      TestCertificates.replace(
          folder.resolve("server-0-key.pem"), folder.resolve("server-1-key.pem"));
      assertThat(Fleet.object(fleet.ask(0, "admin reload-certs", "")).flag("ok")).isTrue();
      assertThat(fleet.ask(0, "admin status", "")).isInstanceOf(TextReply.Value.class);
    }
  }

  @Test
  void clientsWithoutAGoodCertificateAreRefused() throws Exception {
    try (Fleet fleet = started()) {
      fleet.leader();
      fleet.dialWith(as("stolen"));
      assertThatThrownBy(() -> fleet.ask(0, "admin status", "")).isInstanceOf(IOException.class);
      fleet.dialWith(
          TlsContext.load(new TlsFiles(null, null, client.trustedCa(), null), TlsPolicy.DEFAULT));
      assertThatThrownBy(() -> fleet.ask(0, "admin status", "")).isInstanceOf(IOException.class);
      fleet.dialWith(null);
      assertThatThrownBy(() -> fleet.ask(0, "admin status", ""))
          .hasMessageContaining("this port speaks TLS");
      fleet.dialWith(as("client"));
      assertThat(metric(0, "jangada_tls_refused_total{port=\"client\",reason=\"revoked\"}"))
          .isEqualTo(1);
      assertThat(metric(0, "jangada_tls_refused_total{port=\"client\",reason=\"plain\"}"))
          .isEqualTo(1);
      assertThat(fleet.ask(0, "admin status", "")).isInstanceOf(TextReply.Value.class);
    }
  }

  @Test
  void aServerWithHalfOfItsSettingsDoesNotStart() throws Exception {
    for (String field : List.of("'CertFile':'a'", "'PeerCertFile':'a'", "'ClientCertAuth':true"))
      assertThatThrownBy(() -> new Fleet(folder, 1, field).start(0))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("needs");
    Fleet missing = new Fleet(folder, 1, "'CertFile':'none.pem'", "'KeyFile':'none.pem'");
    assertThatThrownBy(() -> missing.start(0, Map.of())).hasMessageContaining("does not exist");
  }

  /// Large replies to a client that takes them slowly, and a client that has said all.
  @Test
  void aClientThatTakesItsRepliesSlowlyGetsThemAllAndTheEnd() throws Exception {
    try (Fleet fleet = started()) {
      int leader = fleet.leader();
      String value = "x".repeat(1 << 20);
      fleet.askLeader("set big 0 " + value.length(), value);
      var address = fleet.server(leader).address();
      int gets = 40;
      try (Socket plain = new Socket(address.getAddress(), address.getPort());
          Socket socket = as("client").dial(plain, "127.0.0.1", address.getPort())) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket
            .getOutputStream()
            .write("get big\r\n".repeat(gets).getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        assertThat(fleet.askLeader("get big", "")).isInstanceOf(TextReply.Value.class);
        long bytes = 0;
        InputStream in = socket.getInputStream();
        byte[] some = new byte[4_096];
        for (int length; (length = in.read(some)) >= 0; ) bytes += length;
        assertThat(bytes).isGreaterThan((long) gets * value.length());
      }
    }
  }

  @Test
  void whatIsNoTlsAfterTheHandshakeEndsTheConnectionAndIsNoErrorOfTheServer() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger("io.jangada.protocol.port.Connection");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    try (Fleet fleet = started()) {
      int leader = fleet.leader();
      var address = fleet.server(leader).address();
      try (Socket plain = new Socket(address.getAddress(), address.getPort())) {
        plain.setSoTimeout(PATIENCE_MILLIS);
        as("client").dial(plain, "127.0.0.1", address.getPort());
        plain.getOutputStream().write("get boat\r\n".getBytes(StandardCharsets.US_ASCII));
        while (plain.getInputStream().read() >= 0) Thread.onSpinWait();
      }
      assertThat(fleet.askLeader("get boat", "")).isInstanceOf(TextReply.NotFound.class);
    } finally {
      log.detachAppender(lines);
    }
    assertThat(lines.list).isEmpty();
  }

  @Test
  void aClusterWithASecretServes() throws Exception {
    Files.writeString(folder.resolve("secret"), "0123456789abcdef0123456789abcdef\n");
    try (Fleet secret = new Fleet(folder, 3, "'PeerSecretFile':'secret'")) {
      secret.startAll();
      assertThat(secret.askLeader("set boat 0 4", "sail")).isInstanceOf(TextReply.Ok.class);
    }
  }

  /// One line of the text protocol over a connection with this certificate.
  private String ask(String certificate, int id, String line) throws IOException {
    return ask(certificate, fleet.server(id).address(), line);
  }

  private static String ask(String certificate, InetSocketAddress address, String line)
      throws IOException {
    try (Socket plain = new Socket(address.getAddress(), address.getPort());
        Socket socket = as(certificate).dial(plain, "127.0.0.1", address.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
      var in = new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII);
      return new BufferedReader(in).readLine();
    }
  }

  @Test
  void theNameInACertificateIsItsUser() throws Exception {
    List<String> fields = new ArrayList<>(List.of(FIELDS));
    fields.add("'CertUsers':true");
    fleet = Fleet.withMemcached(folder, 3, fields.toArray(String[]::new));
    try (Fleet all = fleet) {
      all.dialWith(as("client"));
      all.startAll();
      int leader = all.leader();
      for (String line :
          List.of(
              "user add client",
              "user add root",
              "user grant root root",
              "role add app",
              "role grant app readwrite key boat",
              "user grant client app",
              "auth enable")) assertThat(all.admin(line).flag("ok")).as(line).isTrue();
      assertThat(ask("client", leader, "get boat")).isEqualTo("ERR_NOT_FOUND");
      assertThat(ask("client", leader, "get cart")).isEqualTo("ERR_PERMISSION");
      assertThat(ask("server-0", leader, "get boat")).isEqualTo("ERR_AUTH");
      InetSocketAddress memcached = all.memcachedAt(leader);
      String set = "set boat 0 0 11\r\nclient sail";
      assertThat(ask("client", memcached, set)).isEqualTo("STORED");
      assertThat(ask("client", memcached, "get boat")).isEqualTo("VALUE boat 0 11");
      assertThat(ask("server-0", memcached, "get boat")).isEqualTo("CLIENT_ERROR unauthenticated");
      assertThat(all.admin("user delete client").flag("ok")).isFalse();
    }
  }

  @Test
  void aCertificateNamesAUserOfEtcdsClientsAsSoonAsThereIsOne() throws Exception {
    List<String> fields = new ArrayList<>(List.of(FIELDS));
    fields.add("'CertUsers':true");
    try (Fleet all = Fleet.withEtcd(folder, 1, fields.toArray(String[]::new))) {
      all.dialWith(as("root"));
      all.startAll();
      all.leader();
      for (String line : List.of("user add root", "user grant root root", "auth enable"))
        assertThat(all.admin(line).flag("ok")).as(line).isTrue();
      var put = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("boat")).build();
      try (RawGrpc connection = RawGrpc.connect(all.etcdAt(0), as("client"))) {
        assertThat(connection.fail("/etcdserverpb.KV/Put", put).message())
            .isEqualTo("etcdserver: user name is empty");
        for (String line : List.of("user add client", "user grant client root"))
          assertThat(all.admin(line).flag("ok")).as(line).isTrue();
        assertThat(connection.fail("/etcdserverpb.KV/Put", put).isOk()).isTrue();
      }
    }
  }
}
