package io.jangada.protocol.etcd;

import io.jangada.protocol.rpc.Method;
import java.util.ArrayList;
import java.util.List;

/// What all services share.
final class EtcdState {
  private final EtcdSettings settings;

  /// Set before any call begins.
  private volatile Member member;

  EtcdState(EtcdSettings settings) {
    this.settings = settings;
  }

  void serve(Member member) {
    this.member = member;
  }

  /// The server that it is part of.
  Member member() {
    return member;
  }

  EtcdSettings settings() {
    return settings;
  }

  /// All that clients may call.
  List<Method<?>> methods() {
    List<Method<?>> all = new ArrayList<>();
    all.addAll(new KvCalls(this).methods());
    all.addAll(new LeaseCalls().methods());
    all.addAll(new ClusterCalls(this).methods());
    all.addAll(new MaintenanceCalls(this).methods());
    all.addAll(new AuthCalls().methods());
    all.addAll(new HealthCalls().methods());
    all.addAll(new WatchCalls(this).methods());
    all.addAll(new LockCalls().methods());
    all.addAll(new ElectionCalls().methods());
    return all;
  }
}
