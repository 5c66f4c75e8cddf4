package io.jangada.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.Waiting;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import net.rubyeye.xmemcached.GetsResponse;
import net.rubyeye.xmemcached.XMemcachedClient;
import net.rubyeye.xmemcached.exception.MemcachedException;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.MemcachedClient;

/// Java's two clients for memcached, unchanged and with their defaults, at one server.
final class MemcachedClients {
  private static final int KEYS = 500;
  private static final long MILLIS_MAX = 20_000;

  /// What a client sends with flags, so that it gets an object again.
  record Cart(String owner, List<String> goods) implements Serializable {}

  private static final Cart CART = new Cart("ada", new ArrayList<>(List.of("tea", "jam")));

  private MemcachedClients() {}

  static void spyWorks(InetSocketAddress server) throws Exception {
    MemcachedClient client = new MemcachedClient(List.of(server));
    try {
      assertThat(client.get("spy:none")).isNull();
      assertThat(client.set("spy:a", 0, "one").get(20, SECONDS)).isTrue();
      assertThat(client.get("spy:a")).isEqualTo("one");
      assertThat(client.add("spy:a", 0, "two").get(20, SECONDS)).isFalse();
      assertThat(client.replace("spy:a", 0, "two").get(20, SECONDS)).isTrue();
      assertThat(client.append("spy:a", "!").get(20, SECONDS)).isTrue();
      assertThat(client.prepend("spy:a", "?").get(20, SECONDS)).isTrue();
      CASValue<Object> read = client.gets("spy:a");
      assertThat(read.getValue()).isEqualTo("?two!");
      assertThat(client.cas("spy:a", read.getCas(), "three")).isEqualTo(CASResponse.OK);
      assertThat(client.cas("spy:a", read.getCas(), "four")).isEqualTo(CASResponse.EXISTS);
      assertThat(client.cas("spy:none", 1, "four")).isEqualTo(CASResponse.NOT_FOUND);
      assertThat(client.incr("spy:n", 2, 40)).isEqualTo(40);
      assertThat(client.incr("spy:n", 2)).isEqualTo(42);
      assertThat(client.decr("spy:n", 50)).isZero();
      assertThat(client.decr("spy:none", 1)).isEqualTo(-1);
      assertThat(client.touch("spy:a", 100).get(20, SECONDS)).isTrue();
      assertThat(client.delete("spy:a").get(20, SECONDS)).isTrue();
      assertThat(client.delete("spy:a").get(20, SECONDS)).isFalse();
      client.set("spy:cart", 0, CART).get(20, SECONDS);
      assertThat(client.get("spy:cart")).isEqualTo(CART);
      Map<String, Object> many = new LinkedHashMap<>();
      for (int i = 0; i < KEYS; i++) many.put("spy:many:" + i, i);
      many.forEach((key, value) -> client.set(key, 0, value));
      assertThat(client.getBulk(many.keySet())).isEqualTo(many);
      client.set("spy:short", 1, "x").get(20, SECONDS);
      assertThat(Waiting.until(MILLIS_MAX, () -> client.get("spy:short") == null)).isTrue();
      assertThat(client.getVersions().values().iterator().next()).startsWith("1.6.");
    } finally {
      client.shutdown();
    }
  }

  static void xmemcachedWorks(InetSocketAddress server) throws Exception {
    XMemcachedClient client = new XMemcachedClient(server);
    try {
      client.setOpTimeout(MILLIS_MAX);
      assertThat(client.<String>get("x:none")).isNull();
      assertThat(client.set("x:a", 0, "one")).isTrue();
      assertThat(client.add("x:a", 0, "two")).isFalse();
      assertThat(client.replace("x:a", 0, "two")).isTrue();
      assertThat(client.append("x:a", "!")).isTrue();
      assertThat(client.prepend("x:a", "?")).isTrue();
      GetsResponse<String> read = client.gets("x:a");
      assertThat(read.getValue()).isEqualTo("?two!");
      assertThat(client.cas("x:a", 0, "three", read.getCas())).isTrue();
      assertThat(client.cas("x:a", 0, "four", read.getCas())).isFalse();
      assertThat(client.incr("x:n", 2, 40)).isEqualTo(40);
      assertThat(client.incr("x:n", 2)).isEqualTo(42);
      assertThat(client.decr("x:n", 50)).isZero();
      assertThat(client.touch("x:a", 100)).isTrue();
      client.setWithNoReply("x:a", 0, "silent");
      assertThat(client.<String>get("x:a")).isEqualTo("silent");
      client.deleteWithNoReply("x:a");
      assertThat(client.<String>get("x:a")).isNull();
      assertThat(client.delete("x:a")).isFalse();
      client.set("x:cart", 0, CART);
      assertThat(client.<Cart>get("x:cart")).isEqualTo(CART);
      Map<String, Integer> many = new LinkedHashMap<>();
      for (int i = 0; i < KEYS; i++) many.put("x:many:" + i, i);
      for (var entry : many.entrySet()) client.setWithNoReply(entry.getKey(), 0, entry.getValue());
      assertThat(client.<Integer>get(many.keySet())).isEqualTo(many);
      client.set("x:short", 1, "x");
      assertThat(Waiting.until(MILLIS_MAX, () -> isGone(client, "x:short"))).isTrue();
    } finally {
      client.shutdown();
    }
  }

  private static boolean isGone(XMemcachedClient client, String key)
      throws IOException, InterruptedException {
    try {
      return client.<String>get(key) == null;
    } catch (TimeoutException | MemcachedException e) {
      throw new IOException(e);
    }
  }
}
