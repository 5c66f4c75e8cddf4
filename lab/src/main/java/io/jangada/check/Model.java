package io.jangada.check;

import io.jangada.check.Rule.Effect;
import io.jangada.check.Rule.Need;
import java.util.Optional;

/// What every operation means: the rule that an answer makes of it. Answers of failure (mismatch,
/// absent, exists) are rules too, since they tell what was there.
final class Model {
  private static final Effect KEEP = new Effect.Keep();
  private static final Need ABSENT = new Need.Absent();
  private static final Need PRESENT = new Need.Present();

  private Model() {}

  /// The rule of an answered operation, or nothing if a store cannot answer so.
  static Optional<Rule> rule(Op op, RecordedResult result) {
    return switch (result) {
      case RecordedResult.Found(String value, long version) ->
          op instanceof Op.Read ? rule(new Need.Holds(value, version), KEEP) : Optional.empty();
      case RecordedResult.Absent() -> absent(op);
      case RecordedResult.Written(long version) -> written(op, version);
      case RecordedResult.Deleted(long version) -> deleted(op, version);
      case RecordedResult.Mismatch() -> mismatch(op);
      case RecordedResult.Exists() ->
          op instanceof Op.Create ? rule(PRESENT, KEEP) : Optional.empty();
    };
  }

  /// The rule of an operation of unknown ending if it took effect, or nothing if it has none: that
  /// it changed nothing is no other than that it never happened.
  static Optional<Rule> ifItHappened(Op op) {
    return written(op, RecordedResult.NO_VERSION).or(() -> deleted(op, RecordedResult.NO_VERSION));
  }

  private static Optional<Rule> absent(Op op) {
    return switch (op) {
      case Op.Read(), Op.Delete() -> rule(ABSENT, KEEP);
      case Op.Cas _, Op.CasVersion _ -> rule(ABSENT, KEEP);
      case Op.DeleteIfValue _, Op.DeleteIfVersion _ -> rule(ABSENT, KEEP);
      case Op.Write _, Op.Create _, Op.CasOrCreate _ -> Optional.empty();
    };
  }

  private static Optional<Rule> written(Op op, long taken) {
    return switch (op) {
      case Op.Write(String value) -> rule(new Need.Anything(), new Effect.Put(value, taken));
      case Op.Create(String value) -> rule(ABSENT, new Effect.Put(value, taken));
      case Op.Cas(String from, String to) ->
          rule(new Need.Holds(from, RecordedResult.NO_VERSION), new Effect.Put(to, taken));
      case Op.CasOrCreate(String from, String to) ->
          rule(new Need.HoldsOrAbsent(from), new Effect.Put(to, taken));
      case Op.CasVersion(long version, String to) ->
          rule(new Need.AtVersion(version), new Effect.Put(to, taken));
      case Op.Read(), Op.Delete() -> Optional.empty();
      case Op.DeleteIfValue _, Op.DeleteIfVersion _ -> Optional.empty();
    };
  }

  private static Optional<Rule> deleted(Op op, long taken) {
    Effect remove = new Effect.Remove(taken);
    return switch (op) {
      case Op.Delete() -> rule(PRESENT, remove);
      case Op.DeleteIfValue(String value) ->
          rule(new Need.Holds(value, RecordedResult.NO_VERSION), remove);
      case Op.DeleteIfVersion(long version) -> rule(new Need.AtVersion(version), remove);
      case Op.Read(), Op.Write _, Op.Create _ -> Optional.empty();
      case Op.Cas _, Op.CasOrCreate _, Op.CasVersion _ -> Optional.empty();
    };
  }

  private static Optional<Rule> mismatch(Op op) {
    return switch (op) {
      case Op.Cas(String from, String _) -> rule(new Need.HoldsOther(from), KEEP);
      case Op.CasOrCreate(String from, String _) -> rule(new Need.HoldsOther(from), KEEP);
      case Op.CasVersion(long version, String _) -> rule(new Need.NotAtVersion(version), KEEP);
      case Op.DeleteIfValue(String value) -> rule(new Need.HoldsOther(value), KEEP);
      case Op.DeleteIfVersion(long version) -> rule(new Need.NotAtVersion(version), KEEP);
      case Op.Read(), Op.Write _, Op.Create _, Op.Delete() -> Optional.empty();
    };
  }

  private static Optional<Rule> rule(Need need, Effect effect) {
    return Optional.of(new Rule(need, effect));
  }
}
