package io.jangada.protocol.etcd;

/// The versions of etcd that clients are told: whose protocol is spoken.
public final class Versions {
  public static final String SERVER = "3.6.4";
  public static final String CLUSTER = "3.6.0";
  public static final String STORAGE = "3.6.0";

  private Versions() {}
}
