package io.jangada.check;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The checker's deliberately stupid twin: runs the operations of one key on a register with a real
/// value and a real version, in every order that real time allows, with every choice of versions.
/// Shares nothing with the checker but the types of a history.
final class BruteForce {

  private record State(int placed, String value, long version) {}

  private record Done(RecordedResult result, String value, long version) {}

  private final List<RecordedOp> operations;
  private final Set<State> visited = new HashSet<>();
  private final long versionMost;
  private final int required;

  private BruteForce(List<RecordedOp> operations) {
    this.operations = operations;
    long most = 0;
    int answered = 0;
    for (int i = 0; i < operations.size(); i++) {
      RecordedOp o = operations.get(i);
      most = Math.max(most, mentioned(o));
      answered |= o.ending() instanceof Ending.Ok ? 1 << i : 0;
    }
    this.versionMost = most;
    this.required = answered;
  }

  static boolean linearizable(History history) {
    return history.byKey().values().stream()
        .allMatch(operations -> new BruteForce(operations).from(new State(0, null, -1)));
  }

  private boolean from(State state) {
    if ((state.placed & required) == required) {
      return true;
    }
    if (!visited.add(state)) {
      return false;
    }
    for (int i = 0; i < operations.size(); i++) {
      if (mayComeNext(state.placed, i) && placing(state, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayComeNext(int placed, int index) {
    RecordedOp next = operations.get(index);
    if ((placed & (1 << index)) != 0 || next.ending() instanceof Ending.Failed) {
      return false;
    }
    for (int i = 0; i < operations.size(); i++) {
      if ((placed & (1 << i)) == 0
          && operations.get(i).ending() instanceof Ending.Ok ok
          && ok.order() < next.invoked().order()) {
        return false;
      }
    }
    return true;
  }

  private boolean placing(State state, int index) {
    RecordedOp next = operations.get(index);
    long last = Math.max(versionMost, state.version) + 1;
    for (long version = state.version + 1; version <= last; version++) {
      Done done = run(next.op(), state, version);
      boolean right =
          switch (next.ending()) {
            case Ending.Ok(RecordedResult result, long _, int _) -> same(result, done.result);
            case Ending.Unknown(), Ending.Failed _ -> true;
          };
      boolean silentDelete =
          done.result instanceof RecordedResult.Deleted
              && !(next.ending()
                      instanceof Ending.Ok(RecordedResult.Deleted(long named), long _, int _)
                  && named >= 0);
      // A deletion that names no version may have taken none.
      long after = silentDelete ? state.version : done.version;
      if (right && from(new State(state.placed | 1 << index, done.value, after))) {
        return true;
      }
    }
    return false;
  }

  private static boolean same(RecordedResult told, RecordedResult real) {
    return switch (told) {
      case RecordedResult.Found(String value, long version) ->
          real instanceof RecordedResult.Found found
              && found.value().equals(value)
              && (version < 0 || version == found.version());
      case RecordedResult.Written(long version) ->
          real instanceof RecordedResult.Written w && (version < 0 || version == w.version());
      case RecordedResult.Deleted(long version) ->
          real instanceof RecordedResult.Deleted d && (version < 0 || version == d.version());
      case RecordedResult.Absent(), RecordedResult.Mismatch(), RecordedResult.Exists() ->
          told.equals(real);
    };
  }

  private static Done run(Op op, State s, long next) {
    Done absent = new Done(new RecordedResult.Absent(), s.value, s.version);
    Done mismatch = new Done(new RecordedResult.Mismatch(), s.value, s.version);
    boolean here = s.value != null;
    return switch (op) {
      case Op.Read() ->
          here
              ? new Done(new RecordedResult.Found(s.value, s.version), s.value, s.version)
              : absent;
      case Op.Write(String v) -> put(v, next);
      case Op.Create(String v) ->
          here ? new Done(new RecordedResult.Exists(), s.value, s.version) : put(v, next);
      case Op.Cas(String a, String b) ->
          !here ? absent : s.value.equals(a) ? put(b, next) : mismatch;
      case Op.CasOrCreate(String a, String b) ->
          !here || s.value.equals(a) ? put(b, next) : mismatch;
      case Op.CasVersion(long v, String b) ->
          !here ? absent : s.version == v ? put(b, next) : mismatch;
      case Op.Delete() -> here ? gone(next) : absent;
      case Op.DeleteIfValue(String v) -> !here ? absent : s.value.equals(v) ? gone(next) : mismatch;
      case Op.DeleteIfVersion(long v) -> !here ? absent : s.version == v ? gone(next) : mismatch;
    };
  }

  private static Done put(String value, long version) {
    return new Done(new RecordedResult.Written(version), value, version);
  }

  private static Done gone(long version) {
    return new Done(new RecordedResult.Deleted(version), null, version);
  }

  private static long mentioned(RecordedOp operation) {
    long asked =
        switch (operation.op()) {
          case Op.CasVersion(long version, String _) -> version;
          case Op.DeleteIfVersion(long version) -> version;
          case Op.Read(), Op.Write _, Op.Create _, Op.Cas _, Op.CasOrCreate _ -> 0;
          case Op.Delete(), Op.DeleteIfValue _ -> 0;
        };
    long told =
        operation.ending() instanceof Ending.Ok(RecordedResult result, long _, int _)
            ? switch (result) {
              case RecordedResult.Found(String _, long version) -> version;
              case RecordedResult.Written(long version) -> version;
              case RecordedResult.Deleted(long version) -> version;
              case RecordedResult.Absent(), RecordedResult.Mismatch(), RecordedResult.Exists() -> 0;
            }
            : 0;
    return Math.max(asked, told);
  }
}
