package io.jangada.server;

import java.util.Locale;

/// A port that a server may have beside those for its clients and its peers.
public enum OptionalPort {
  HTTP("HttpPort", Setting.HTTP_PORT),
  ETCD("EtcdPort", Setting.ETCD_PORT),
  MEMCACHED("MemcachedPort", Setting.MEMCACHED_PORT),
  REDIS("RedisPort", Setting.REDIS_PORT);

  private final String field;
  private final Setting setting;

  OptionalPort(String field, Setting setting) {
    this.field = field;
    this.setting = setting;
  }

  /// What the entry of a server calls it.
  public String field() {
    return field;
  }

  /// What clients it is for, for people.
  String clients() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What gives it for all servers.
  Setting setting() {
    return setting;
  }
}
