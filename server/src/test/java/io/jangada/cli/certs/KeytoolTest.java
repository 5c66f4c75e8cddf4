package io.jangada.cli.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeytoolTest {
  @Test
  void aRuntimeWithoutKeytoolIsSaidAndAnotherIsTaken(@TempDir Path none) throws IOException {
    assertThatThrownBy(() -> Keytool.find("" + none, null))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("keytool", "" + none, "JAVA_HOME");
    Path here = Path.of(System.getProperty("java.home"));
    assertThat(Keytool.find("" + none, "" + here)).startsWith(here);
  }

  @Test
  void aServersNamesAreItsOwnTheFurtherOnesAndTheLoopback() throws Holder.UnfitException {
    var six =
        new ServerConfig.Entry(4, "2001:DB8:0:0:0:0:0:7%eth0", new ServerConfig.Ports(9000, 9050));
    Holder peer = Holder.ofServer(six, List.of("db.example", "10.0.0.4")).get(1);
    assertThat(peer.file()).isEqualTo("peer-4");
    assertThat(peer.extensions())
        .contains(
            "san=ip:2001:db8::7,dns:db.example,ip:10.0.0.4,dns:localhost,ip:127.0.0.1,ip:::1"
                + ",dns:jangada-peer");
  }

  @Test
  void whatNoCertificateCanNameIsRefused() {
    var odd = new ServerConfig.Entry(0, "a_b", new ServerConfig.Ports(9000, 9050));
    assertThatThrownBy(() -> Holder.ofServer(odd, List.of())).hasMessageContaining("'a_b'");
    for (String name :
        List.of("", "a/b", "../a", "a,b", "a b", "é", "jangada-peer", "a".repeat(65)))
      assertThatThrownBy(() -> Holder.client(name)).isInstanceOf(Holder.UnfitException.class);
  }
}
