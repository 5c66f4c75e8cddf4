package io.jangada.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A port with TLS that echoes, over real sockets: who gets in, and who does not and why.
class TlsTest {
  private static final int BOUND_SECONDS = 20;
  private static final int HALF_OPEN = 10_000;

  @TempDir static Path folder;
  private static TestCertificates ours;
  private static TestCertificates others;
  private static TlsFiles server;
  private static TlsFiles client;
  private static Loops loops;

  private final List<Channel> open = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() {
    loops = new Loops("tls-test", 1);
    ours = new TestCertificates(folder, "ours");
    others = new TestCertificates(folder, "others");
    server = ours.issue("server");
    client = ours.issue("client");
  }

  @AfterAll
  static void closeLoops() {
    loops.close();
  }

  @AfterEach
  void closeChannels() {
    for (Channel one : open) one.close().awaitUninterruptibly();
  }

  // ---- an echo ----

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message);
    }
  }

  /// Says the common name of each client.
  private static final class Naming extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      String name =
          CertificateText.ofPeer(context.channel())
              .flatMap(CertificateText::commonName)
              .orElse("nobody");
      context.writeAndFlush(Unpooled.copiedBuffer(name, StandardCharsets.US_ASCII));
    }
  }

  private int listen(PortGate gate) {
    return listen(gate, Echo::new);
  }

  private int listen(PortGate gate, Supplier<ChannelHandler> protocol) {
    Channel listener =
        loops
            .listener("test")
            .option(io.netty.channel.ChannelOption.SO_BACKLOG, 4_096)
            .childHandler(gate.handler(channel -> channel.pipeline().addLast(protocol.get())))
            .bind(InetAddress.getLoopbackAddress(), 0)
            .awaitUninterruptibly()
            .channel();
    open.add(listener);
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  private static PortGate gate(TlsFiles files, TlsPolicy policy) throws IOException {
    return new PortGate("test", ReloadingTls.open("test", files, policy), PortGate.Limits.DEFAULT);
  }

  /// What a client sent comes back, or this ends with why not.
  private String echo(int port, TlsContext tls, String host) throws Exception {
    CompletableFuture<String> heard = new CompletableFuture<>();
    Bootstrap bootstrap =
        loops
            .dialler()
            .group(loops.group())
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    SslHandler handler = tls.dialler(channel.alloc(), host, port);
                    channel.pipeline().addLast(handler, new Hearing(heard));
                  }
                });
    Channel channel =
        bootstrap.connect(InetAddress.getLoopbackAddress(), port).awaitUninterruptibly().channel();
    open.add(channel);
    channel.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
    return heard.get(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  private static final class Hearing extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<String> heard;

    Hearing(CompletableFuture<String> heard) {
      this.heard = heard;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf read = (ByteBuf) message;
      heard.complete(read.toString(StandardCharsets.US_ASCII));
      read.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      heard.complete(TlsFailure.of(cause).kind() + ": " + TlsFailure.of(cause).text());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      heard.complete("closed");
    }
  }

  private static TlsContext context(TlsFiles files) throws IOException {
    return TlsContext.load(files, TlsPolicy.DEFAULT);
  }

  private static TlsFiles trusting(Path ca) {
    return new TlsFiles(null, null, ca, null);
  }

  private static void awaitRefusal(PortGate gate, TlsFailure.Kind kind) {
    awaitTrue(() -> gate.refused(kind) == 1);
  }

  private static void awaitTrue(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  // ---- who gets in ----

  @Test
  void aClientThatTrustsTheCaIsServed() throws Exception {
    PortGate gate = gate(server, TlsPolicy.DEFAULT);
    int port = listen(gate);
    assertThat(echo(port, context(trusting(ours.ca())), "localhost")).isEqualTo("hello");
    assertThat(echo(port, context(trusting(ours.ca())), "127.0.0.1")).isEqualTo("hello");
    assertThat(gate.handshakes()).isEqualTo(2);
    assertThat(gate.handshakesUnfinished()).isZero();
  }

  @Test
  void bothSidesShowTheirCertificates() throws Exception {
    PortGate gate = gate(server, TlsPolicy.MUTUAL.withAllowedNames(List.of("client")));
    assertThat(echo(listen(gate), context(client), "localhost")).isEqualTo("hello");
  }

  @Test
  void aPortKnowsWhomItServes() throws Exception {
    int port = listen(gate(server, TlsPolicy.MUTUAL), Naming::new);
    assertThat(echo(port, context(client), "localhost")).isEqualTo("client");
    int asking = listen(gate(server, TlsPolicy.DEFAULT), Naming::new);
    assertThat(echo(asking, context(client), "localhost")).isEqualTo("nobody");
  }

  @Test
  void anInsecureClientAcceptsAnyServer() throws Exception {
    int port = listen(gate(others.selfSigned("nobody", "CN=nobody"), TlsPolicy.DEFAULT));
    TlsContext careless = TlsContext.load(TlsFiles.NONE, TlsPolicy.INSECURE);
    assertThat(echo(port, careless, "example.org")).isEqualTo("hello");
  }

  // ---- servers that a client refuses ----

  private String refusedServer(TlsFiles its, String host) throws Exception {
    return echo(listen(gate(its, TlsPolicy.DEFAULT)), context(trusting(ours.ca())), host);
  }

  @Test
  void aServerMustNameTheHostThatWasDialled() throws Exception {
    assertThat(refusedServer(server, "example.org")).startsWith("NAME");
    TlsFiles elsewhere = ours.issue("elsewhere", "CN=localhost", "san=dns:example.org");
    assertThat(refusedServer(elsewhere, "localhost")).startsWith("NAME");
  }

  @Test
  void aServerOfAnotherCaIsRefused() throws Exception {
    assertThat(refusedServer(others.issue("stranger"), "localhost")).startsWith("UNTRUSTED");
    assertThat(refusedServer(others.selfSigned("alone", "CN=alone"), "localhost"))
        .startsWith("SELF_SIGNED");
  }

  @Test
  void aRevokedServerIsRefused() throws Exception {
    TlsFiles lost = ours.issue("lost");
    TlsFiles checking = new TlsFiles(null, null, ours.ca(), ours.revoke("lost"));
    int port = listen(gate(lost, TlsPolicy.DEFAULT));
    assertThat(echo(port, context(checking), "localhost")).startsWith("REVOKED");
  }

  // ---- clients that a server refuses ----

  private TlsFailure.Kind refusal(TlsFiles files, TlsPolicy policy, TlsFiles its) throws Exception {
    PortGate gate = gate(files, policy);
    assertThat(echo(listen(gate), context(its), "localhost")).startsWith("ALERT");
    awaitTrue(() -> refusals(gate).size() == 1);
    assertThat(gate.handshakes()).isZero();
    return refusals(gate).get(0);
  }

  private static List<TlsFailure.Kind> refusals(PortGate gate) {
    return List.of(TlsFailure.Kind.values()).stream()
        .filter(kind -> gate.refused(kind) > 0)
        .toList();
  }

  @Test
  void aClientWithoutACertificateIsRefused() throws Exception {
    assertThat(refusal(server, TlsPolicy.MUTUAL, trusting(ours.ca())))
        .isEqualTo(TlsFailure.Kind.NO_CERTIFICATE);
  }

  private static TlsFiles withOurCa(TlsFiles files) {
    return new TlsFiles(files.certificate(), files.key(), ours.ca(), null);
  }

  @Test
  void aClientOfAnotherCaIsRefused() throws Exception {
    // Named like ours: a client's runtime sends none that the server does not ask for.
    TestCertificates impostor =
        new TestCertificates(Files.createDirectory(folder.resolve("impostor")), "ours");
    assertThat(refusal(server, TlsPolicy.MUTUAL, withOurCa(impostor.issue("intruder"))))
        .isEqualTo(TlsFailure.Kind.UNTRUSTED);
    assertThat(refusal(server, TlsPolicy.MUTUAL, withOurCa(impostor.selfSigned("a", "CN=ours"))))
        .isEqualTo(TlsFailure.Kind.SELF_SIGNED);
  }

  @Test
  void aRevokedClientIsRefused() throws Exception {
    TlsFiles stolen = ours.issue("stolen");
    TlsFiles checking =
        new TlsFiles(server.certificate(), server.key(), ours.ca(), ours.revoke("stolen"));
    assertThat(refusal(checking, TlsPolicy.MUTUAL, stolen)).isEqualTo(TlsFailure.Kind.REVOKED);
  }

  @Test
  void aClientWithoutAnAllowedNameIsRefused() throws Exception {
    TlsPolicy members = TlsPolicy.MUTUAL.withAllowedNames(List.of("server-1", "server-2"));
    assertThat(refusal(server, members, client)).isEqualTo(TlsFailure.Kind.NAME);
  }

  // ---- no TLS, or an old one ----

  private static String sayPlainly(int port, String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(BOUND_SECONDS * 1_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void aPlainClientOnATlsPortGetsAClearWord() throws Exception {
    PortGate gate = gate(server, TlsPolicy.DEFAULT);
    assertThat(sayPlainly(listen(gate), "get k\r\n")).isEqualTo("this port speaks TLS\r\n");
    awaitRefusal(gate, TlsFailure.Kind.PLAIN);
    assertThat(gate.handshakesUnfinished()).isZero();
  }

  @Test
  void aTlsClientOnAPlainPortGetsAClearWord() throws Exception {
    PortGate gate = PortGate.plain("test");
    assertThat(echo(listen(gate), context(trusting(ours.ca())), "localhost")).startsWith("PLAIN");
    awaitRefusal(gate, TlsFailure.Kind.TLS);
  }

  /// What openssl's client says; skips the test where there is none.
  private static String openssl(int port, String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of("openssl", "s_client", "-connect"));
    line.addAll(List.of("127.0.0.1:" + port, "-CAfile", ours.ca().toString()));
    line.addAll(List.of(words));
    Path none = Files.createTempFile(folder, "nothing", "");
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectInput(none.toFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      assumeTrue(false, "openssl is not installed");
      return "";
    }
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void openSslGetsGoodVersionsOnly() throws Exception {
    PortGate gate = gate(server, TlsPolicy.DEFAULT);
    int port = listen(gate);
    assertThat(openssl(port, "-tls1_3")).contains("Verify return code: 0 (ok)", "TLSv1.3");
    assertThat(openssl(port, "-tls1_2")).contains("Verify return code: 0 (ok)", "GCM");
    String old = openssl(port, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    assertThat(old).contains("alert protocol version").contains("Cipher is (NONE)");
    assertThat(openssl(port, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"))
        .contains("Cipher is (NONE)");
    awaitTrue(() -> gate.handshakes() == 2);
    awaitTrue(() -> gate.refused(TlsFailure.Kind.VERSION) == 2);
  }

  @Test
  void aCertificateThatHasExpiredOrIsForAnotherUseIsRefused() throws Exception {
    PortGate gate = gate(server, TlsPolicy.MUTUAL);
    int port = listen(gate);
    opensslAs(port, ours.issueExpired("late"));
    awaitRefusal(gate, TlsFailure.Kind.EXPIRED);
    opensslAs(port, ours.issueFor("oneway", "eku=serverAuth"));
    awaitRefusal(gate, TlsFailure.Kind.UNTRUSTED);
    assertThat(gate.handshakes()).isZero();
  }

  private static void opensslAs(int port, TlsFiles its) throws Exception {
    String certificate = its.certificate().toString();
    openssl(port, "-tls1_2", "-cert", certificate, "-key", its.key().toString());
  }

  // ---- handshakes that are never finished ----

  @Test
  void halfOpenHandshakesCostNoMoreThanTheirBudget() throws Exception {
    PortGate gate =
        new PortGate(
            "test",
            ReloadingTls.open("test", server, TlsPolicy.DEFAULT),
            new PortGate.Limits(100, 60_000));
    int port = listen(gate);
    TlsContext good = context(trusting(ours.ca()));
    byte[] begun = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 1; i <= HALF_OPEN; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        socket.getOutputStream().write(begun);
        if (i % 1_000 == 0) assertThat(echo(port, good, "localhost")).isEqualTo("hello");
        if (sockets.size() > 500) sockets.remove(0).close();
      }
      assertThat(gate.handshakesUnfinished()).isLessThanOrEqualTo(100);
      awaitTrue(
          () ->
              gate.refused(TlsFailure.Kind.TIMEOUT) + gate.refused(TlsFailure.Kind.CLOSED)
                  >= HALF_OPEN - 100);
      assertThat(gate.refused(TlsFailure.Kind.TIMEOUT)).isPositive();
    } finally {
      for (Socket socket : sockets) socket.close();
    }
  }

  @Test
  void aHandshakeHasADeadline() throws Exception {
    PortGate gate =
        new PortGate(
            "test",
            ReloadingTls.open("test", server, TlsPolicy.DEFAULT),
            new PortGate.Limits(100, 50));
    assertThat(sayPlainly(listen(gate), "\u0016")).isEmpty();
    awaitRefusal(gate, TlsFailure.Kind.TIMEOUT);
  }

  // ---- files ----

  @Test
  void filesThatCannotBeUsedAreNamed() throws Exception {
    Path text = Files.writeString(folder.resolve("text.pem"), "hello");
    TlsFiles expired = ours.issueExpired("expired");
    TlsFiles other = ours.issue("other");
    assertRefused(new TlsFiles(folder.resolve("none.pem"), server.key(), null, null), "exist");
    assertRefused(new TlsFiles(text, server.key(), null, null), "text.pem");
    assertRefused(new TlsFiles(server.certificate(), text, null, null), "PKCS#8");
    assertRefused(new TlsFiles(server.certificate(), other.key(), null, null), "certificate's");
    assertRefused(expired, "valid from");
    assertRefused(new TlsFiles(null, null, others.ca(), ours.revoke("other")), "signed");
  }

  private static void assertRefused(TlsFiles files, String word) {
    assertThatThrownBy(() -> TlsContext.load(files, TlsPolicy.DEFAULT))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining(word);
  }

  @Test
  void newFilesCountAtOnceAndBrokenOnesDoNot() throws Exception {
    TlsFiles first = ours.issue("rotated");
    TlsFiles second = others.issue("rotated-next");
    ReloadingTls tls = ReloadingTls.open("test", first, TlsPolicy.DEFAULT);
    int port = listen(new PortGate("test", tls, PortGate.Limits.DEFAULT));
    TlsContext old = context(trusting(ours.ca()));
    tls.reloadIfChanged();
    tls.reloadIfChanged();
    assertThat(tls.reloads()).isZero();

    TestCertificates.replace(first.certificate(), second.certificate());
    tls.reloadIfChanged();
    assertThat(tls.failures()).as("not before it settles").isZero();
    tls.reloadIfChanged();
    assertThat(tls.failures()).as("the key is that of another certificate").isOne();
    tls.reloadIfChanged();
    assertThat(tls.failures()).as("the same files are tried once").isOne();
    assertThat(echo(port, old, "localhost")).isEqualTo("hello");

    TestCertificates.replace(first.key(), second.key());
    tls.reloadIfChanged();
    tls.reloadIfChanged();
    assertThat(tls.reloads()).isOne();
    assertThat(echo(port, old, "localhost")).startsWith("UNTRUSTED");
    assertThat(echo(port, context(trusting(others.ca())), "localhost")).isEqualTo("hello");
  }
}
