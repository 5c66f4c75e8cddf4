package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.net.ReloadingTls;
import io.jangada.net.TestCertificates;
import io.jangada.net.TlsFiles;
import io.jangada.net.TlsPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The client over TLS, with a server that knows one answer.
class ClientTlsTest {
  private static final Bytes BOAT = Bytes.utf8("boat");
  private static final Reply.Found SAIL = new Reply.Found(Bytes.utf8("sail"));

  @TempDir private static Path folder;

  private static ClientTls trusting;
  private static TlsFiles server;
  private static TlsFiles elsewhere;
  private static TlsFiles alice;
  private static Path otherCa;

  private final Loops loops = new Loops("tls-test", 1);
  private final AtomicInteger asked = new AtomicInteger();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(loops));

  @BeforeAll
  static void makeCertificates() throws IOException {
    TestCertificates authority = new TestCertificates(folder, "ca");
    server = authority.issue("server");
    elsewhere = authority.issue("elsewhere", "CN=127.0.0.1", "san=dns:db.example");
    alice = authority.issue("alice");
    trusting = ClientTls.trusting(authority.ca());
    Path other = Files.createDirectory(folder.resolve("other"));
    otherCa = new TestCertificates(other, "other").ca();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) each.close();
  }

  private Endpoint serve(TlsFiles files, TlsPolicy policy) throws IOException {
    ReloadingTls tls = files == null ? null : ReloadingTls.open("test", files, policy);
    PortGate gate = new PortGate("test", tls, PortGate.Limits.DEFAULT);
    Channel channel =
        loops
            .listener("test")
            .childHandler(gate.handler(this::greet))
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
    return new Endpoint("127.0.0.1", ((InetSocketAddress) channel.localAddress()).getPort());
  }

  private void greet(SocketChannel channel) {
    channel.pipeline().addLast(new LineBasedFrameDecoder(1_000));
    channel
        .pipeline()
        .addLast(
            new SimpleChannelInboundHandler<ByteBuf>() {
              @Override
              protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
                asked.incrementAndGet();
                String answer = "VALUE 4\r\nsail\r\n";
                context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII));
              }
            });
  }

  private JangadaClient client(Endpoint endpoint, ClientTls tls) {
    JangadaClient client =
        JangadaClient.connect(ClientOptions.of(List.of(endpoint)).withTls(tls), loops);
    open.add(client);
    return client;
  }

  /// Why a client gives up a change that no server has read: never as one that may be done.
  private String trouble(Endpoint endpoint, ClientTls tls) {
    Reply.ToAdmin reply = client(endpoint, tls).adminAt(endpoint, "leader", "2").join();
    assertThat(asked).hasValue(0);
    assertThat(reply).isInstanceOf(Reply.Unavailable.class);
    return ((Reply.Unavailable) reply).reason();
  }

  @Test
  void aServerOfATrustedAuthorityIsSpokenTo() throws IOException {
    Endpoint endpoint = serve(server, TlsPolicy.DEFAULT);
    assertThat(client(endpoint, trusting).get(BOAT).join()).isEqualTo(SAIL);
    assertThat(client(endpoint, ClientTls.INSECURE).get(BOAT).join()).isEqualTo(SAIL);
  }

  @Test
  void anotherServerIsNot() throws IOException {
    ClientTls others = ClientTls.trusting(otherCa);
    assertThat(trouble(serve(server, TlsPolicy.DEFAULT), others)).contains("trusted");
    assertThat(trouble(serve(server, TlsPolicy.DEFAULT), ClientTls.DEFAULT)).contains("trusted");
  }

  @Test
  void aCertificateOfAnotherHostIsRefusedThoughItsSubjectSaysTheHost() throws IOException {
    Endpoint endpoint = serve(elsewhere, TlsPolicy.DEFAULT);
    assertThat(trouble(endpoint, trusting)).contains("127.0.0.1");
    assertThat(client(endpoint, ClientTls.INSECURE).get(BOAT).join()).isEqualTo(SAIL);
  }

  @Test
  void aServerThatAsksForACertificateIsShownIt() throws IOException {
    Endpoint endpoint = serve(server, TlsPolicy.MUTUAL);
    assertThat(trouble(endpoint, trusting)).contains("certificate_required");
    ClientTls known = trusting.withCertificate(alice.certificate(), alice.key());
    assertThat(client(endpoint, known).get(BOAT).join()).isEqualTo(SAIL);
  }

  @Test
  void thatOnlyOneSideSpeaksTlsIsSaid() throws IOException {
    assertThat(trouble(serve(server, TlsPolicy.DEFAULT), null)).contains("speaks TLS");
    assertThat(trouble(serve(null, null), trusting)).contains("does not speak TLS");
    try (FakeServer plain = new FakeServer(line -> "ERR_CMD_ERR\r\n")) {
      assertThat(trouble(plain.endpoint(), trusting)).contains("does not speak TLS");
    }
  }

  @Test
  void filesThatCannotBeUsedAreNamed() {
    Endpoint endpoint = new Endpoint("127.0.0.1", 1);
    assertThatThrownBy(() -> client(endpoint, ClientTls.trusting(folder.resolve("none.pem"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.pem");
    assertThatThrownBy(() -> new ClientTls(null, alice.certificate(), null, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCertificateThatWasReplacedIsShownOnTheNextConnection() throws IOException {
    Endpoint endpoint = serve(server, TlsPolicy.MUTUAL.withAllowedNames(List.of("alice")));
    Path certificate = folder.resolve("mine.pem");
    Path key = folder.resolve("mine-key.pem");
    TestCertificates.replace(certificate, elsewhere.certificate());
    TestCertificates.replace(key, elsewhere.key());
    JangadaClient client = client(endpoint, trusting.withCertificate(certificate, key));
    assertThat("" + client.within(Duration.ofSeconds(1)).get(BOAT).join()).contains("refused");
    TestCertificates.replace(certificate, alice.certificate());
    TestCertificates.replace(key, alice.key());
    assertThat(client.get(BOAT).join()).isEqualTo(SAIL);
  }
}
