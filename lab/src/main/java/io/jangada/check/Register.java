package io.jangada.check;

import io.jangada.check.Rule.Effect;
import io.jangada.check.Rule.Need;
import java.util.Arrays;
import java.util.Objects;

/// What is known about one key at one moment of a supposed order: its value or absence, and which
/// versions it may have. Immutable.
///
/// A store chooses versions and only some answers name them, so the version is a *set* of
/// possibilities: exactly `least`, or anything from `least` up except the few in `ruledOut`. An
/// answer narrows the set; an empty set refutes the order. Where no operation of a key mentions a
/// version, none is tracked, and registers of equal value are equal.
final class Register {
  private static final long UNTRACKED = -1;
  private static final long[] NONE = {};

  /// The value, or null when absent.
  private final String value;

  /// When present the lowest possible version, when absent the lowest that the next write may take.
  private final long least;

  private final boolean exact;

  /// Ascending, all above `least`; empty when exact or absent.
  private final long[] ruledOut;

  private Register(String value, long least, boolean exact, long[] ruledOut) {
    this.value = value;
    this.least = least;
    this.exact = exact;
    this.ruledOut = ruledOut;
  }

  /// A key that was never written.
  static Register initial(boolean versions) {
    return new Register(null, versions ? 0 : UNTRACKED, false, NONE);
  }

  String value() {
    return value;
  }

  /// What is known after `rule` took effect here, or null if it cannot have.
  Register apply(Rule rule) {
    Register met = meet(rule.need());
    if (met == null) return null;
    return switch (rule.effect()) {
      case Effect.Keep() -> met;
      case Effect.Put(String written, long version) -> met.put(written, version);
      case Effect.Remove(long version) -> met.remove(version);
    };
  }

  /// Whether `rule` may still take effect later on, as far as its versions go: versions only grow.
  boolean leavesRoomFor(Rule rule) {
    long before = rule.versionBefore();
    long taken = rule.versionTaken();
    return least == UNTRACKED
        || ((before == RecordedResult.NO_VERSION || before >= least)
            && (taken == RecordedResult.NO_VERSION || taken >= leastNext()));
  }

  /// Whether everything that can follow `other`, of the same value, can follow this too: its
  /// possible versions are among these.
  boolean covers(Register other) {
    if (least == UNTRACKED) return true;
    if (exact || other.exact)
      return exact
          ? other.exact && other.least == least
          : other.least >= least && Arrays.binarySearch(ruledOut, other.least) < 0;
    if (other.least < least) return false;
    for (long version : ruledOut) {
      if (version >= other.least && Arrays.binarySearch(other.ruledOut, version) < 0) return false;
    }
    return true;
  }

  boolean sameValue(Register other) {
    return Objects.equals(value, other.value);
  }

  private Register meet(Need need) {
    return switch (need) {
      case Need.Anything() -> this;
      case Need.Present() -> value != null ? this : null;
      case Need.Absent() -> value == null ? this : null;
      case Need.Holds(String wanted, long version) -> wanted.equals(value) ? at(version) : null;
      case Need.HoldsOther(String other) -> value != null && !value.equals(other) ? this : null;
      case Need.HoldsOrAbsent(String wanted) -> value == null || value.equals(wanted) ? this : null;
      case Need.AtVersion(long version) -> value != null ? at(version) : null;
      case Need.NotAtVersion(long version) -> value != null ? notAt(version) : null;
    };
  }

  private Register at(long version) {
    if (version == RecordedResult.NO_VERSION) return this;
    if (exact) return version == least ? this : null;
    boolean possible = version >= least && Arrays.binarySearch(ruledOut, version) < 0;
    return possible ? new Register(value, version, true, NONE) : null;
  }

  private Register notAt(long version) {
    if (exact) return version == least ? null : this;
    int place = Arrays.binarySearch(ruledOut, version);
    if (version < least || place >= 0) return this;
    if (version > least) {
      int at = -place - 1;
      long[] more = new long[ruledOut.length + 1];
      System.arraycopy(ruledOut, 0, more, 0, at);
      more[at] = version;
      System.arraycopy(ruledOut, at, more, at + 1, ruledOut.length - at);
      return new Register(value, least, false, more);
    }
    int passed = 0;
    long next = least + 1;
    while (passed < ruledOut.length && ruledOut[passed] == next) {
      passed++;
      next++;
    }
    return new Register(value, next, false, Arrays.copyOfRange(ruledOut, passed, ruledOut.length));
  }

  private Register put(String written, long version) {
    if (least == UNTRACKED || version == RecordedResult.NO_VERSION)
      return new Register(written, leastNext(), false, NONE);
    return version >= leastNext() ? new Register(written, version, true, NONE) : null;
  }

  private Register remove(long version) {
    if (least == UNTRACKED || version == RecordedResult.NO_VERSION)
      return new Register(null, leastNext(), false, NONE);
    return version >= leastNext() ? new Register(null, version + 1, false, NONE) : null;
  }

  private long leastNext() {
    if (least == UNTRACKED) return UNTRACKED;
    return value == null ? least : least + 1;
  }

  /// In plain words, such as `absent`, `4` or, with versions, `4 at version 8 or later`.
  String text(boolean withVersions) {
    boolean versions = withVersions && least != UNTRACKED;
    if (value == null)
      return versions && least > 0
          ? "absent with all versions below " + least + " used up"
          : "absent";
    StringBuilder text = new StringBuilder(Words.value(value));
    if (versions) {
      text.append(" at version ").append(least).append(exact ? "" : " or later");
      for (int i = 0; i < ruledOut.length; i++)
        text.append(i == 0 ? " but not " : ", ").append(ruledOut[i]);
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return text(true);
  }
}
