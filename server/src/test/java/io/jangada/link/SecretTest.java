package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.codec.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members that share a secret: both prove it, and what was recorded proves nothing.
class SecretTest {
  private static final Secret OURS = secret("correct horse battery");
  private static final Secret OTHER = secret("incorrect horse battery");

  @TempDir private Path folder;
  private final Ends ends = new Ends();

  @AfterEach
  void closeAll() {
    ends.close();
  }

  private static Secret secret(String text) {
    return Secret.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  private Ends.End open(int id, Secret secret) throws IOException {
    LinkSettings.Credentials credentials = new LinkSettings.Credentials(null, secret);
    Ends.End end = ends.open(ends.settings(id).withCredentials(credentials));
    ends.addresses.put(id, end.links.address());
    return end;
  }

  private static String complaint(Ends.End from, int to) throws InterruptedException {
    for (int term = 1; from.events.isEmpty(); term++) {
      from.send(to, term);
      Thread.onSpinWait();
    }
    return from.nextEvent().text();
  }

  @Test
  void membersThatKnowItTalk() throws Exception {
    Ends.End one = open(1, OURS);
    Ends.End two = open(2, OURS);
    assertThat(Ends.isReached(one, two)).isTrue();
    assertThat(Ends.isReached(two, one)).isTrue();
  }

  @Test
  void aMemberWithAnotherSecretOrNoneIsRefused() throws Exception {
    Ends.End one = open(1, OURS);
    Ends.End two = open(2, OTHER);
    Ends.End three = open(3, Secret.NONE);
    assertThat(complaint(two, 1)).contains("does not know this cluster's secret");
    assertThat(complaint(one, 2)).contains("does not know this cluster's secret");
    assertThat(complaint(three, 1)).contains("wants proof of a cluster secret");
    one.events.clear();
    assertThat(complaint(one, 3)).contains("has no cluster secret");
    assertThat(one.received).isEmpty();
  }

  @Test
  void aProbeProvesItToo() throws Exception {
    Ends.End two = open(2, OURS);
    assertThat(probe(OURS, two)).isEmpty();
    assertThat(probe(OTHER, two)).contains("does not know this cluster's secret");
    assertThat(probe(Secret.NONE, two)).contains("wants proof");
  }

  private static Optional<String> probe(Secret secret, Ends.End to) {
    return new Probe(() -> Ends.IDENTITY, 1, 9_050, new LinkSettings.Credentials(null, secret))
        .rejection(to.id, to.links.address(), 20_000);
  }

  /// Records all that one member says to another, and says it again.
  @Test
  void whatWasRecordedIsUselessOnTheNextConnection() throws Exception {
    Ends.End two = open(2, OURS);
    Ends.End one = open(1, OURS);
    byte[] recorded;
    try (ServerSocket between = new ServerSocket(0, 1, Ends.loopback(0).getAddress())) {
      CompletableFuture<byte[]> said = new CompletableFuture<>();
      Thread.ofPlatform().daemon(true).start(() -> record(between, two, said));
      ends.addresses.put(
          2, new InetSocketAddress(between.getInetAddress(), between.getLocalPort()));
      assertThat(Ends.isReached(one, two)).isTrue();
      one.links.close();
      recorded = said.get(Ends.BOUND_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(recorded.length).isGreaterThan(200);
    two.received.clear();
    two.events.clear();
    ByteBuf answer = replay(two, recorded);
    assertThat(Handshake.readVersion(answer, "it")).isEqualTo(Handshake.PROVING_VERSION);
    assertThat(Handshake.readParts(answer, 64)).hasSize(64);
    Handshake.Verdict verdict = Handshake.readVerdict(answer, Handshake.PROVING_VERSION);
    assertThat(verdict.welcome()).isFalse();
    assertThat(verdict.reason()).contains("does not know the cluster's secret");
    assertThat(two.received).isEmpty();
  }

  private static void record(ServerSocket between, Ends.End to, CompletableFuture<byte[]> said) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (Socket from = between.accept();
        Socket on = new Socket(to.links.address().getAddress(), to.links.address().getPort())) {
      Thread.ofPlatform().daemon(true).start(() -> copy(on, from));
      InputStream in = from.getInputStream();
      byte[] some = new byte[8_192];
      for (int length; (length = in.read(some)) >= 0; ) {
        all.write(some, 0, length);
        on.getOutputStream().write(some, 0, length);
      }
    } catch (IOException e) {
      // The connection is over, and what came is there.
    }
    said.complete(all.toByteArray());
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      return;
    }
  }

  private static ByteBuf replay(Ends.End to, byte[] recorded) throws IOException {
    try (Socket socket =
        new Socket(to.links.address().getAddress(), to.links.address().getPort())) {
      socket.setSoTimeout((int) (Ends.BOUND_SECONDS * 1_000));
      // No more than the hello and the proof: bytes that are not read could cost the answer.
      int hello = Handshake.PREAMBLE_BYTES + frame(recorded, Handshake.PREAMBLE_BYTES);
      socket.getOutputStream().write(recorded, 0, hello + frame(recorded, hello));
      return Unpooled.wrappedBuffer(socket.getInputStream().readAllBytes());
    }
  }

  private static int frame(byte[] bytes, int at) {
    return Frames.HEADER_BYTES + Unpooled.wrappedBuffer(bytes).getInt(at);
  }

  @Test
  void aFileHoldsASecretOfSomeLength() throws Exception {
    Path file = folder.resolve("secret");
    Files.writeString(file, "0123456789abcdef\n");
    assertThat(Secret.read(Optional.of(file)).isNone()).isFalse();
    assertThat(Secret.read(Optional.empty()).isNone()).isTrue();
    Files.writeString(file, " short \n");
    assertThatThrownBy(() -> Secret.read(Optional.of(file))).hasMessageContaining("16 or more");
  }
}
