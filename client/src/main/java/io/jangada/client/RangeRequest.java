package io.jangada.client;

import io.jangada.bytes.ByteWriter;

/// What to read of a range of keys. Each method gives another one and leaves this as it is.
public final class RangeRequest extends Step {
  private static final int VALUES = 0;
  private static final int KEYS = 1;
  private static final int COUNT = 2;

  private KeyRange keys;
  private long revision;
  private int detail = VALUES;
  private long createdMin;
  private long createdMax = Long.MAX_VALUE;
  private long modifiedMin;
  private long modifiedMax = Long.MAX_VALUE;
  private boolean descending;
  private long limit;

  private RangeRequest(KeyRange keys) {
    this.keys = keys;
  }

  /// All keys and values of a range, as they are now.
  public static RangeRequest of(KeyRange keys) {
    return new RangeRequest(keys);
  }

  private RangeRequest copy() {
    RangeRequest next = new RangeRequest(keys);
    next.revision = revision;
    next.detail = detail;
    next.createdMin = createdMin;
    next.createdMax = createdMax;
    next.modifiedMin = modifiedMin;
    next.modifiedMax = modifiedMax;
    next.descending = descending;
    next.limit = limit;
    return next;
  }

  /// As of this revision; 0 for the newest.
  public RangeRequest revision(long revision) {
    if (revision < 0) throw new IllegalArgumentException("revision " + revision);
    RangeRequest next = copy();
    next.revision = revision;
    return next;
  }

  /// Without values.
  public RangeRequest keysOnly() {
    RangeRequest next = copy();
    next.detail = KEYS;
    return next;
  }

  /// Only how many there are, whatever limits and filters say.
  public RangeRequest countOnly() {
    RangeRequest next = copy();
    next.detail = COUNT;
    return next;
  }

  /// Only keys that came to be in these revisions, both included.
  public RangeRequest created(long min, long max) {
    RangeRequest next = copy();
    next.createdMin = min;
    next.createdMax = max;
    return next;
  }

  /// Only keys whose values are of these revisions, both included.
  public RangeRequest modified(long min, long max) {
    RangeRequest next = copy();
    next.modifiedMin = min;
    next.modifiedMax = max;
    return next;
  }

  /// The greatest key first.
  public RangeRequest descending() {
    RangeRequest next = copy();
    next.descending = true;
    return next;
  }

  /// At most so many keys; 0 for no limit.
  public RangeRequest limit(long limit) {
    if (limit < 0) throw new IllegalArgumentException("limit " + limit);
    RangeRequest next = copy();
    next.limit = limit;
    return next;
  }

  public long revision() {
    return revision;
  }

  public long limit() {
    return limit;
  }

  /// The same of other keys: to go on with [Reply.Ranged#rest].
  public RangeRequest keys(KeyRange keys) {
    RangeRequest next = copy();
    next.keys = keys;
    return next;
  }

  @Override
  void writeTo(ByteWriter out) {
    keys.writeTo(out.put(5));
    out.putLong(revision).put(detail);
    out.putLong(createdMin).putLong(createdMax).putLong(modifiedMin).putLong(modifiedMax);
    putFlag(out, descending);
    out.putLong(limit);
  }
}
