package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.client.Endpoint;
import io.jangada.net.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Places as servers write them and clients read them.
class AddressTest {
  @Test
  void whatAServerSaysOfAPlaceIsAnEndpointToItsClients() {
    for (String host : new String[] {"a.example", "127.0.0.1", "::1", "fe80::1%eth0"}) {
      Address address = new Address(host, 9050, 9000);
      assertThat(Endpoint.parse(address.client().orElseThrow()))
          .isEqualTo(new Endpoint(host, 9000));
      assertThat(Endpoint.parse(address.peer())).isEqualTo(new Endpoint(host, 9050));
      assertThat(Address.read("" + address)).contains(address);
    }
  }

  @Test
  void whatEtcdsClientsAreToldIsReadBack() {
    List<String> urls = List.of("http://a:1", "https://[::1]:2");
    Address address = new Address("::1", 9050, 0, new Address.ForEtcd("one", urls));
    assertThat("" + address).isEqualTo("::1:9050:0 name=one etcd=http://a:1,https://[::1]:2");
    assertThat(Address.read("" + address)).contains(address);
    assertThat(Address.read(address + " later=1")).contains(address);
    assertThat(address.client()).isEmpty();
    assertThat(Address.read("a:0:9000")).isEmpty();
    assertThat(address.isSamePlace(new Address("::1", 9050, 0))).isTrue();
  }

  @Test
  void addressesAreShortAndNamesAreAsTheyWereGiven() throws Exception {
    InetAddress all = InetAddress.getByAddress(new byte[16]);
    assertThat(HostPort.text(new InetSocketAddress(all, 9000))).isEqualTo("[::]:9000");
    assertThat(HostPort.text(new InetSocketAddress("0:0:0:0:0:0:0:1", 1))).isEqualTo("[::1]:1");
    assertThat(HostPort.text(new InetSocketAddress("127.0.0.1", 1))).isEqualTo("127.0.0.1:1");
    InetSocketAddress named = InetSocketAddress.createUnresolved("a.example", 1);
    assertThat(HostPort.text(named)).isEqualTo("a.example:1");
  }
}
