package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.net.Loops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/// Whether somebody is where a member should be.
class ProbeTest {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final int MILLIS_MAX = 5_000;
  private static final Probe PROBE = probe("c");

  /// Member 2 of cluster `c`.
  private static TcpLinks member(Loops loops) throws IOException {
    return TcpLinks.start(
        LinkSettings.of("c", 2, LOCAL, loops), _ -> null, _ -> {}, Ends.watcher(_ -> {}, _ -> {}));
  }

  private static Probe probe(String cluster) {
    return new Probe(() -> ClusterIdentity.named(cluster), 1, 9050, LinkSettings.Credentials.NONE);
  }

  @Test
  void aServerThatHoldsDataIsNotTakenIn() throws IOException {
    try (Loops loops = new Loops("probe", 1);
        TcpLinks links = member(loops)) {
      links.identify(new ClusterIdentity("c", 0xabc, 0, true));
      assertThat(PROBE.rejection(2, links.address(), MILLIS_MAX).orElseThrow())
          .contains("server 2", "'c'", "0000000000000abc", "empty");
    }
  }

  @Test
  void aMemberOfTheClusterWelcomesAndOthersAreNamed() throws IOException {
    try (Loops loops = new Loops("probe", 1);
        TcpLinks links = member(loops)) {
      assertThat(PROBE.rejection(2, links.address(), MILLIS_MAX)).isEmpty();
      assertThat(PROBE.rejection(3, links.address(), MILLIS_MAX).orElseThrow())
          .contains("member 3", "member 2");
      assertThat(probe("d").rejection(2, links.address(), MILLIS_MAX).orElseThrow())
          .contains("'d'", "member 2", "'c'");
    }
  }

  @Test
  void nobodyAndStrangersAreNoMembers() throws IOException {
    InetSocketAddress address;
    try (ServerSocket socket = new ServerSocket(0, 8, LOCAL.getAddress())) {
      address = new InetSocketAddress(LOCAL.getAddress(), socket.getLocalPort());
      Thread.ofVirtual().start(() -> greet(socket));
      assertThat(PROBE.rejection(2, address, MILLIS_MAX).orElseThrow())
          .contains(AddressText.text(address), "220 mail");
      assertThat(PROBE.rejection(2, address, 50).orElseThrow()).contains("50 ms");
    }
    assertThat(PROBE.rejection(2, address, MILLIS_MAX).orElseThrow())
        .contains(AddressText.text(address));
    InetSocketAddress unknown = InetSocketAddress.createUnresolved("no.such", 1);
    assertThat(PROBE.rejection(2, unknown, 50).orElseThrow()).contains("no.such");
  }

  /// Speaks another protocol to the first who comes, and keeps the second waiting.
  private static void greet(ServerSocket socket) {
    try (Socket first = socket.accept()) {
      first.getOutputStream().write("220 mail\r\n".getBytes());
      first.getInputStream().read();
    } catch (IOException e) {
      // The test has seen what it came for.
    }
  }
}
