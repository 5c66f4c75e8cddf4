package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a user may do by all its roles together.
public final class Access {
  /// What everything permits.
  static final Access ALL =
      new Access(0, true, new Keys(KeySet.ALL, KeySet.ALL), EnumSet.allOf(Right.class));

  private record Keys(KeySet reads, KeySet writes) {}

  final long since;
  private final boolean isRoot;
  private final Keys keys;
  private final Set<Right> rights;

  private Access(long since, boolean isRoot, Keys keys, Set<Right> rights) {
    this.since = since;
    this.isRoot = isRoot;
    this.keys = keys;
    this.rights = rights;
  }

  /// What these roles permit.
  static Access of(long since, List<Role> roles) {
    List<KeyRange> reads = new ArrayList<>();
    List<KeyRange> writes = new ArrayList<>();
    Set<Right> rights = EnumSet.noneOf(Right.class);
    for (Role role : roles) {
      for (Permission one : role.permissions()) {
        if (one.reads()) reads.add(one.keys());
        if (one.writes()) writes.add(one.keys());
      }
      rights.addAll(role.rights());
    }
    return new Access(since, false, new Keys(KeySet.of(reads), KeySet.of(writes)), rights);
  }

  /// What the role [Users#ROOT] permits.
  static Access ofRoot(long since) {
    return new Access(since, true, ALL.keys, ALL.rights);
  }

  /// Whether it has the role [Users#ROOT].
  public boolean isRoot() {
    return isRoot;
  }

  public boolean reads(Bytes key) {
    return keys.reads.contains(key);
  }

  public boolean reads(KeyRange range) {
    return keys.reads.containsAll(range);
  }

  public boolean writes(Bytes key) {
    return keys.writes.contains(key);
  }

  public boolean writes(KeyRange range) {
    return keys.writes.containsAll(range);
  }

  public boolean readsAll() {
    return keys.reads.isAll();
  }

  public boolean writesAll() {
    return keys.writes.isAll();
  }

  public boolean has(Right right) {
    return rights.contains(right);
  }

  /// Of how many ranges it is made.
  int size() {
    return keys.reads.size() + keys.writes.size();
  }
}
