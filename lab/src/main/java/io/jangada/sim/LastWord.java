package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.raft.Membership;
import java.util.SortedMap;
import java.util.TreeMap;

/// What every member of a cluster at rest is asked, so that none is left that says nothing, or
/// nothing but that it is busy: to write, and to read what it has of that by its own.
final class LastWord {
  private static final Bytes VALUE = Bytes.utf8("said");

  private final Caller caller;
  private final SortedMap<Integer, Outcome> written = new TreeMap<>();
  private final SortedMap<Integer, Outcome> read = new TreeMap<>();

  LastWord(Caller caller) {
    this.caller = caller;
  }

  /// Asks a member.
  void request(Member member) {
    if (!member.isUp()) return;
    Bytes key = Bytes.utf8("last-" + member.id);
    var write = new Operation.Write(key, VALUE, 0, new Condition.Always());
    member.replica().submit(caller, write, null, outcome -> written.put(member.id, outcome));
    var get = new Operation.Get(key);
    member
        .replica()
        .read(caller, get, new ReadConsistency.Follower(), outcome -> read.put(member.id, outcome));
  }

  /// Looks at what a member answered.
  void check(Member member) {
    boolean takes =
        switch (written.get(member.id)) {
          case null -> false;
          case Outcome.Done(Result result) -> result instanceof Result.Written;
          case Outcome.NotLeader(int leader) -> leader != Membership.NONE && leader != member.id;
          case Outcome.Busy _, Outcome.NoMemory _, Outcome.Refused _, Outcome.Unknown _ -> false;
        };
    SafetyChecker.check(
        takes && read.get(member.id) instanceof Outcome.Done,
        "at rest every member serves: "
            + member.id
            + " answered "
            + written.get(member.id)
            + ", "
            + read.get(member.id));
  }
}
