package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import java.time.Duration;
import java.util.function.Consumer;

/// A change of one key, done at once and, under a session, once: what to make of its value, how
/// long that lives, and what must be true of the key before.
///
/// ```java
/// client.put(Put.set(key, value).ttl(Duration.ofMinutes(5)).ifAbsent());
/// client.put(Put.add(counter, 1, 1).former());
/// ```
///
/// [#set] gives the value no end unless a time or a lease is named; all others leave what the key
/// has. Each method gives another one and leaves this as it is.
public final class Put extends Step {
  /// How numbers are read, written and added.
  public enum Arithmetic {
    /// From -2^63 to 2^63-1; beyond, the reply is [Reply.Reason#OVERFLOW].
    SIGNED,
    /// From 0 to 2^64-1, and from there on from 0 again.
    UNSIGNED,
    /// From 0 to 2^64-1. The delta is subtracted, and what would be less than 0 is 0.
    UNSIGNED_DOWN
  }

  private static final Consumer<ByteWriter> FOR_EVER = out -> out.put(1);
  private static final Consumer<ByteWriter> SAME = out -> out.put(4);
  private static final Consumer<ByteWriter> ALWAYS = out -> out.put(0);

  private final Bytes key;
  private final Consumer<ByteWriter> change;
  private Consumer<ByteWriter> lifetime;
  private Consumer<ByteWriter> condition = ALWAYS;
  private boolean former;

  private Put(Bytes key, Consumer<ByteWriter> change, Consumer<ByteWriter> lifetime) {
    this.key = key;
    this.change = change;
    this.lifetime = lifetime;
  }

  private Put(Put other) {
    this(other.key, other.change, other.lifetime);
    condition = other.condition;
    former = other.former;
  }

  // ---- the change ----

  public static Put set(Bytes key, Bytes value) {
    return set(key, value, 0);
  }

  /// @param flags kept with the value, and read by no server
  public static Put set(Bytes key, Bytes value, int flags) {
    return new Put(key, out -> out.put(1).putBytes(value).putInt(flags), FOR_EVER);
  }

  /// The value as it is: only its time changes.
  public static Put touch(Bytes key) {
    return new Put(key, out -> out.put(2), SAME);
  }

  /// Adds to a value that is a decimal number with a sign; [Reply.NotFound] where there is none.
  public static Put add(Bytes key, long delta) {
    return add(key, Arithmetic.SIGNED, delta, null);
  }

  /// @param initial what a key gets that is not there
  public static Put add(Bytes key, long delta, long initial) {
    return add(key, Arithmetic.SIGNED, delta, initial);
  }

  /// @param initial what a key gets that is not there; null for [Reply.NotFound]
  public static Put add(Bytes key, Arithmetic arithmetic, long delta, Long initial) {
    return new Put(
        key,
        out -> {
          putFlag(out.put(3).put(arithmetic.ordinal()).putLong(delta), initial != null);
          if (initial != null) out.putLong(initial);
        },
        SAME);
  }

  /// The value with more bytes at its end; a key that is not there counts as an empty value.
  public static Put append(Bytes key, Bytes bytes) {
    return new Put(key, out -> putGrowth(out.put(4).put(0).putBytes(bytes)), SAME);
  }

  /// The same in front of it.
  public static Put prepend(Bytes key, Bytes bytes) {
    return new Put(key, out -> putGrowth(out.put(4).put(1).putBytes(bytes)), SAME);
  }

  /// The value with other bytes from an offset on, filled up to there with zeros.
  public static Put replace(Bytes key, int offset, Bytes bytes) {
    if (offset < 0) throw new IllegalArgumentException("offset " + offset);
    return new Put(key, out -> putGrowth(out.put(5).putInt(offset).putBytes(bytes)), SAME);
  }

  /// It may grow as far as the servers allow.
  private static void putGrowth(ByteWriter out) {
    out.put(1).putInt(Integer.MAX_VALUE);
  }

  // ---- the time it lives ----

  private Put living(Consumer<ByteWriter> lifetime) {
    Put next = new Put(this);
    next.lifetime = lifetime;
    return next;
  }

  /// @param ttl 1 ms or more
  public Put ttl(Duration ttl) {
    long millis = ttl.toMillis();
    if (millis < 1) throw new IllegalArgumentException("time to live " + ttl);
    return living(out -> out.put(2).putLong(millis));
  }

  /// The key is removed when the lease ends.
  public Put lease(long lease) {
    if (lease < 1) throw new IllegalArgumentException("lease " + lease);
    return living(out -> out.put(3).putLong(lease));
  }

  public Put forEver() {
    return living(FOR_EVER);
  }

  /// The time or the lease that the key has.
  public Put sameTime() {
    return living(SAME);
  }

  // ---- the condition ----

  private Put on(Consumer<ByteWriter> condition) {
    Put next = new Put(this);
    next.condition = condition;
    return next;
  }

  /// [Reply.Mismatch] if the key is there.
  public Put ifAbsent() {
    return on(out -> out.put(1));
  }

  /// [Reply.NotFound] if the key is not there.
  public Put ifPresent() {
    return on(out -> out.put(7));
  }

  /// [Reply.Mismatch] if the key's value is of another revision.
  public Put ifRevision(long revision) {
    return on(out -> out.put(2).putLong(revision));
  }

  /// [Reply.Mismatch] if the key has another value.
  public Put ifValue(Bytes value) {
    return on(out -> out.put(3).putBytes(value));
  }

  // ---- the reply ----

  /// The reply shall hold what was there before.
  public Put former() {
    Put next = new Put(this);
    next.former = true;
    return next;
  }

  @Override
  void writeTo(ByteWriter out) {
    out.put(8).putBytes(key);
    change.accept(out);
    lifetime.accept(out);
    condition.accept(out);
    putFlag(out, former);
  }
}
