package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.codec.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
    assertThat(Ends.complaint(two, 1)).contains("does not know this cluster's secret");
    assertThat(Ends.complaint(one, 2)).contains("does not know this cluster's secret");
    assertThat(Ends.complaint(three, 1)).contains("wants proof of a cluster secret");
    one.events.clear();
    assertThat(Ends.complaint(one, 3)).contains("has no cluster secret");
    assertThat(one.received).isEmpty();
  }

  @Test
  void aProbeProvesItToo() throws Exception {
    Ends.End two = open(2, OURS);
    assertThat(probe(OURS, two)).isEmpty();
    assertThat(probe(OTHER, two)).contains("does not know this cluster's secret");
    assertThat(probe(Secret.NONE, two)).contains("wants proof");
  }

  private static String probe(Secret secret, Ends.End to) {
    return new Probe(() -> Ends.IDENTITY, 1, 9_050, new LinkSettings.Credentials(null, secret))
        .rejection(to.id, to.links.address(), 20_000)
        .orElse("");
  }

  /// Records all that one member says to another, and says it again.
  @Test
  void whatWasRecordedIsUselessOnTheNextConnection() throws Exception {
    Ends.End two = open(2, OURS);
    Ends.End one = open(1, OURS);
    try (Wiretap tap = new Wiretap(two.links.address())) {
      ends.addresses.put(2, tap.address());
      assertThat(Ends.isReached(one, two)).isTrue();
      one.links.close();
      byte[] recorded = tap.recorded();
      two.received.clear();
      two.events.clear();
      int hello = Handshake.PREAMBLE_BYTES + frame(recorded, Handshake.PREAMBLE_BYTES);
      int withProof = hello + frame(recorded, hello);
      assertThat(recorded.length).isGreaterThan(withProof);
      assertRefused(Unpooled.wrappedBuffer(tap.replay(withProof)));
    }
    assertThat(two.received).isEmpty();
  }

  private static void assertRefused(ByteBuf answer) {
    assertThat(Handshake.readVersion(answer, "it")).isEqualTo(Handshake.PROVING_VERSION);
    assertThat(Handshake.readParts(answer, 64)).hasSize(64);
    Handshake.Verdict verdict = Handshake.readVerdict(answer, Handshake.PROVING_VERSION);
    assertThat(verdict.welcome()).isFalse();
    assertThat(verdict.reason()).contains("does not know the cluster's secret");
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
