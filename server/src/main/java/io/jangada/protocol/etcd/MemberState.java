package io.jangada.protocol.etcd;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Right;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import java.util.function.Consumer;

/// What calls ask of the member itself, and whether they may.
final class MemberState {
  private MemberState() {}

  /// How the member stands, whatever the others do.
  ///
  /// @param then on the connection's loop
  static void of(Call call, Consumer<Status> then) {
    boolean asked = call.port().replica().status(now -> call.post(() -> then.accept(now)));
    if (!asked) call.end(Errors.TOO_MANY_REQUESTS);
  }

  /// The same for every user, as far as this member knows who is one.
  static void forUsers(Call call, Consumer<Status> then) {
    var replica = call.port().replica();
    boolean asked =
        replica.status(
            now -> {
              // It is the replica's owner who says how it stands.
              Result.Reason objection =
                  replica.kv().objection(call.caller(), new Operation.ListLeases());
              call.post(
                  () -> {
                    if (objection == null) then.accept(now);
                    else call.end(Errors.of(call, new Outcome.Done(new Result.Refused(objection))));
                  });
            });
    if (!asked) call.end(Errors.TOO_MANY_REQUESTS);
  }

  /// For clients that have a right: where users are checked, the cluster is asked.
  static void permitted(Call call, Right right, Runnable then) {
    permitted(call, right, new ReadConsistency.Follower(), then);
  }

  /// For clients that have a right as far as this member knows.
  static void permittedHere(Call call, Right right, Runnable then) {
    permitted(call, right, new ReadConsistency.Local(), then);
  }

  private static void permitted(Call call, Right right, ReadConsistency reading, Runnable then) {
    call.read(
        new Operation.CheckRight(right),
        reading,
        (outcome, _) -> {
          if (outcome instanceof Outcome.Done(Result.AuthState _)) then.run();
          else call.end(Errors.of(call, outcome));
        });
  }

  static Moment moment(Status status) {
    var role = status.role();
    var contents = status.state().contents();
    return new Moment(
        new Moment.Place(status.membership().clusterId(), role.id(), role.term()),
        contents.revision(),
        contents.compacted(),
        0);
  }
}
