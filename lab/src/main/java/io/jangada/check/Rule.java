package io.jangada.check;

/// What an operation with its result says about the register: what must hold when it takes effect,
/// and what it leaves behind. All of [Op] times [RecordedResult] boils down to these few.
record Rule(Need need, Effect effect) {
  /// What must hold just before.
  sealed interface Need {
    record Anything() implements Need {}

    record Present() implements Need {}

    record Absent() implements Need {}

    /// This value, at this version if one is named.
    record Holds(String value, long version) implements Need {}

    /// Some value, but not this one.
    record HoldsOther(String value) implements Need {}

    record HoldsOrAbsent(String value) implements Need {}

    record AtVersion(long version) implements Need {}

    /// Some value, at a version other than this.
    record NotAtVersion(long version) implements Need {}
  }

  /// What is there just after.
  sealed interface Effect {
    record Keep() implements Effect {}

    record Put(String value, long version) implements Effect {}

    record Remove(long version) implements Effect {}
  }

  /// Whether it leaves everything as it was.
  boolean quiet() {
    return effect instanceof Effect.Keep;
  }

  /// Whether it writes whatever is there.
  boolean blind() {
    return need instanceof Need.Anything && effect instanceof Effect.Put;
  }

  /// Whether it takes away whatever is there.
  boolean clears() {
    return need instanceof Need.Present && effect instanceof Effect.Remove;
  }

  /// The version that must be there before, or none.
  long versionBefore() {
    return switch (need) {
      case Need.Holds(String _, long version) -> version;
      case Need.AtVersion(long version) -> version;
      case Need.Anything(), Need.Present(), Need.Absent() -> RecordedResult.NO_VERSION;
      case Need.HoldsOther _, Need.HoldsOrAbsent _, Need.NotAtVersion _ ->
          RecordedResult.NO_VERSION;
    };
  }

  /// The version it is known to have taken, or none.
  long versionTaken() {
    return switch (effect) {
      case Effect.Keep() -> RecordedResult.NO_VERSION;
      case Effect.Put(String _, long version) -> version;
      case Effect.Remove(long version) -> version;
    };
  }

  /// Whether versions play any part in it.
  boolean versioned() {
    return versionBefore() != RecordedResult.NO_VERSION
        || versionTaken() != RecordedResult.NO_VERSION
        || need instanceof Need.NotAtVersion;
  }
}
