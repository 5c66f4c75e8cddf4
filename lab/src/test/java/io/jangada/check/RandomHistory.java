package io.jangada.check;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Histories of a real register under clients with delays, timeouts and refusals, drawn from a
/// seed: linearizable by how they come about. And spoilt ones, in which one answer was changed.
final class RandomHistory {

  /// What to draw. `values` 0 means every write has a value of its own; `lost` and `refused` are in
  /// thousandths of all operations; `versions` how many in ten answers name theirs.
  record Shape(
      int operations, int processes, int keys, int values, int lost, int refused, int versions) {}

  private static final class Store {
    String value;
    long version;
  }

  private static final class Open {
    final int id;
    final int key;
    final Op op;
    final int fate;
    int effectAt;
    int endAt;
    RecordedResult result;

    Open(int id, int key, Op op, int fate) {
      this.id = id;
      this.key = key;
      this.op = op;
      this.fate = fate;
    }
  }

  private static final int ANSWERED = 0;
  private static final int LOST = 1;
  private static final int REFUSED = 2;

  private final Shape shape;
  private final RandomGenerator dice;
  private final History.Recorder recorder = new History.Recorder();
  private final Store[] stores;
  private final Open[] busy;
  private final List<Open> lost = new ArrayList<>();
  private int now;
  private int fresh;

  private RandomHistory(Shape shape, RandomGenerator dice) {
    this.shape = shape;
    this.dice = dice;
    this.stores = new Store[shape.keys];
    this.busy = new Open[shape.processes];
    for (int i = 0; i < stores.length; i++) {
      stores[i] = new Store();
    }
  }

  static History draw(Shape shape, RandomGenerator dice) {
    return new RandomHistory(shape, dice).run();
  }

  private History run() {
    while (recorder.size() < shape.operations || anyBusy()) {
      now++;
      for (Open open : List.copyOf(lost)) {
        if (open.effectAt == now) {
          takeEffect(open);
          lost.remove(open);
        }
      }
      for (int p = 0; p < busy.length; p++) {
        step(p);
      }
    }
    return recorder.history();
  }

  private boolean anyBusy() {
    for (Open open : busy) {
      if (open != null) {
        return true;
      }
    }
    return false;
  }

  private void step(int p) {
    Open open = busy[p];
    if (open == null) {
      if (recorder.size() < shape.operations && dice.nextInt(3) == 0) {
        busy[p] = invoke(p);
      }
      return;
    }
    if (open.effectAt == now && open.fate != REFUSED) {
      takeEffect(open);
    }
    if (open.endAt == now) {
      end(open);
      busy[p] = null;
    }
  }

  private Open invoke(int p) {
    int key = dice.nextInt(shape.keys);
    Op op = op(stores[key]);
    int die = dice.nextInt(1000);
    int fate = die < shape.lost ? LOST : die < shape.lost + shape.refused ? REFUSED : ANSWERED;
    Open open = new Open(recorder.invoke(p, "k" + key, op, now), key, op, fate);
    open.effectAt = now + 1 + dice.nextInt(10);
    open.endAt = open.effectAt + dice.nextInt(10);
    if (fate == LOST) {
      open.endAt = now + 1 + dice.nextInt(20);
      open.effectAt = dice.nextBoolean() ? now + 1 + dice.nextInt(100) : Integer.MAX_VALUE;
    }
    return open;
  }

  private void end(Open open) {
    switch (open.fate) {
      case ANSWERED -> recorder.complete(open.id, open.result, now);
      case REFUSED -> recorder.fail(open.id, now);
      default -> {
        recorder.unknown(open.id);
        if (open.effectAt > now) {
          lost.add(open);
        }
      }
    }
  }

  private Op op(Store store) {
    String some = shape.values == 0 ? "v" + fresh++ : "" + dice.nextInt(shape.values);
    String from =
        shape.values == 0 || dice.nextInt(3) == 0
            ? (store.value == null ? "v0" : store.value)
            : "" + dice.nextInt(shape.values);
    int kinds = shape.versions == 0 ? 14 : 18;
    return switch (dice.nextInt(kinds)) {
      case 0, 1, 2, 3, 4 -> new Op.Read();
      case 5, 6, 7 -> new Op.Write(some);
      case 8 -> new Op.Create(some);
      case 9, 10 -> new Op.Cas(from, some);
      case 11 -> new Op.CasOrCreate(from, some);
      case 12 -> new Op.Delete();
      case 13 -> new Op.DeleteIfValue(from);
      case 14, 15, 16 -> new Op.CasVersion(near(store.version), some);
      default -> new Op.DeleteIfVersion(near(store.version));
    };
  }

  private long near(long version) {
    return dice.nextInt(3) == 0 ? Math.max(0, version + dice.nextInt(3) - 1) : version;
  }

  private void takeEffect(Open open) {
    Store s = stores[open.key];
    long named = dice.nextInt(10) < shape.versions ? 1 : 0;
    boolean here = s.value != null;
    long next = s.version + 1 + dice.nextInt(2);
    boolean writes =
        switch (open.op) {
          case Op.Read(), Op.Delete() -> false;
          case Op.DeleteIfValue _, Op.DeleteIfVersion _ -> false;
          case Op.Write _ -> true;
          case Op.Create _ -> !here;
          case Op.Cas(String from, String _) -> here && from.equals(s.value);
          case Op.CasOrCreate(String from, String _) -> !here || from.equals(s.value);
          case Op.CasVersion(long version, String _) -> here && version == s.version;
        };
    boolean deletes =
        here
            && switch (open.op) {
              case Op.Delete() -> true;
              case Op.DeleteIfValue(String value) -> value.equals(s.value);
              case Op.DeleteIfVersion(long version) -> version == s.version;
              case Op.Read(), Op.Write _, Op.Create _, Op.Cas _ -> false;
              case Op.CasOrCreate _, Op.CasVersion _ -> false;
            };
    if (writes) {
      s.value = written(open.op);
      s.version = next;
      open.result = new RecordedResult.Written(named * (next + 1) - 1);
    } else if (deletes) {
      s.value = null;
      s.version = next;
      open.result = new RecordedResult.Deleted(named * (next + 1) - 1);
    } else if (!here) {
      open.result = new RecordedResult.Absent();
    } else if (open.op instanceof Op.Read) {
      open.result = new RecordedResult.Found(s.value, named * (s.version + 1) - 1);
    } else {
      open.result =
          open.op instanceof Op.Create
              ? new RecordedResult.Exists()
              : new RecordedResult.Mismatch();
    }
  }

  private static String written(Op op) {
    return switch (op) {
      case Op.Write(String value) -> value;
      case Op.Create(String value) -> value;
      case Op.Cas(String _, String to) -> to;
      case Op.CasOrCreate(String _, String to) -> to;
      case Op.CasVersion(long _, String to) -> to;
      case Op.Read(), Op.Delete() -> throw new IllegalStateException();
      case Op.DeleteIfValue _, Op.DeleteIfVersion _ -> throw new IllegalStateException();
    };
  }

  /// The same history with another answer to one operation.
  static History spoilt(History history, RandomGenerator dice) {
    List<RecordedOp> answered =
        history.operations().stream().filter(o -> o.ending() instanceof Ending.Ok).toList();
    if (answered.isEmpty()) {
      return history;
    }
    RecordedOp victim = answered.get(dice.nextInt(answered.size()));
    Ending.Ok ok = (Ending.Ok) victim.ending();
    List<RecordedResult> others =
        new ArrayList<>(List.of(new RecordedResult.Absent(), new RecordedResult.Mismatch()));
    others.add(new RecordedResult.Exists());
    others.add(new RecordedResult.Written());
    others.add(new RecordedResult.Written(dice.nextInt(8)));
    others.add(new RecordedResult.Deleted());
    for (int i = 0; i < 3; i++) {
      others.add(new RecordedResult.Found("" + dice.nextInt(3)));
      others.add(new RecordedResult.Found("v" + dice.nextInt(4), dice.nextInt(8)));
      if (ok.result() instanceof RecordedResult.Found(String value, long _)) {
        others.add(new RecordedResult.Found(value, dice.nextInt(8)));
      }
    }
    others.removeIf(r -> !victim.op().accepts(r) || r.equals(ok.result()));
    RecordedResult other = others.isEmpty() ? ok.result() : others.get(dice.nextInt(others.size()));
    return withAnswer(history, victim.id(), other);
  }

  /// The same history with this answer to this operation.
  static History withAnswer(History history, int id, RecordedResult answer) {
    History.Recorder copy = new History.Recorder();
    Object[] events = new Object[2 * history.operations().size()];
    for (RecordedOp o : history.operations()) {
      events[o.invoked().order()] = o;
      switch (o.ending()) {
        case Ending.Ok ok -> events[ok.order()] = new Object[] {o, ok};
        case Ending.Failed failed -> events[failed.order()] = new Object[] {o, failed};
        case Ending.Unknown() -> {}
      }
    }
    for (Object event : events) {
      if (event instanceof RecordedOp o) {
        copy.invoke(o.process(), o.key(), o.op(), o.invoked().time());
      } else if (event instanceof Object[] end && end[0] instanceof RecordedOp o) {
        if (end[1] instanceof Ending.Ok ok) {
          copy.complete(o.id(), o.id() == id ? answer : ok.result(), ok.time());
        } else if (end[1] instanceof Ending.Failed failed) {
          copy.fail(o.id(), failed.time());
        }
      }
    }
    return copy.history();
  }
}
