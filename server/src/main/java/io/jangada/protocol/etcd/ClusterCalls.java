package io.jangada.protocol.etcd;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Right;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.etcd.api.MemberAddRequest;
import io.jangada.protocol.etcd.api.MemberAddResponse;
import io.jangada.protocol.etcd.api.MemberListRequest;
import io.jangada.protocol.etcd.api.MemberListResponse;
import io.jangada.protocol.etcd.api.MemberPromoteRequest;
import io.jangada.protocol.etcd.api.MemberPromoteResponse;
import io.jangada.protocol.etcd.api.MemberRemoveRequest;
import io.jangada.protocol.etcd.api.MemberRemoveResponse;
import io.jangada.protocol.etcd.api.MemberUpdateRequest;
import io.jangada.protocol.etcd.api.MemberUpdateResponse;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The service Cluster. Its answers say no revision.
///
/// A member that was added as a voter is one once it has caught up. Until then it is shown as if it
/// were one already: it needs nothing more.
final class ClusterCalls {
  private static final String CLUSTER = "/etcdserverpb.Cluster/Member";

  private final EtcdState state;

  ClusterCalls(EtcdState state) {
    this.state = state;
  }

  List<Method<?>> methods() {
    return List.of(
        Method.unary(CLUSTER + "List", MemberListRequest.getDefaultInstance(), this::list),
        Method.unary(CLUSTER + "Add", MemberAddRequest.getDefaultInstance(), this::add),
        Method.unary(CLUSTER + "Remove", MemberRemoveRequest.getDefaultInstance(), this::remove),
        Method.unary(CLUSTER + "Update", MemberUpdateRequest.getDefaultInstance(), this::update),
        Method.unary(
            CLUSTER + "Promote", MemberPromoteRequest.getDefaultInstance(), this::promote));
  }

  /// A read that everyone may do says, where that is wanted, that this member knows what was
  /// decided before.
  private void list(Call call, MemberListRequest request) {
    if (!request.getLinearizable()) {
      list(call);
      return;
    }
    call.read(
        new Operation.AuthStatus(),
        new ReadConsistency.Follower(),
        (outcome, _) -> {
          if (outcome instanceof Outcome.Done(Result.AuthState _)) list(call);
          else call.end(Errors.of(call, outcome));
        });
  }

  private void list(Call call) {
    MemberState.forUsers(
        call,
        status ->
            call.answer(
                MemberListResponse.newBuilder()
                    .setHeader(header(status))
                    .addAllMembers(members(status))
                    .build()));
  }

  private static ResponseHeader header(Status status) {
    return Headers.of(MemberState.moment(status), 0);
  }

  private List<io.jangada.protocol.etcd.api.Member> members(Status status) {
    Membership membership = status.membership();
    List<io.jangada.protocol.etcd.api.Member> all = new ArrayList<>();
    for (int id : membership.members()) all.add(message(membership, id));
    return all;
  }

  private interface Members {
    void accept(ResponseHeader header, List<io.jangada.protocol.etcd.api.Member> all);
  }

  private void members(Call call, Members answer) {
    MemberState.of(
        call,
        status -> {
          answer.accept(header(status), members(status));
        });
  }

  private io.jangada.protocol.etcd.api.Member message(Membership membership, int id) {
    Member.Place place = state.member().placeOf(id);
    return io.jangada.protocol.etcd.api.Member.newBuilder()
        .setID(Headers.memberId(id))
        .setName(place.name())
        .addAllPeerURLs(place.peerUrls())
        .addAllClientURLs(place.clientUrls())
        .setIsLearner(!membership.isVoter(id) && !membership.joining().contains(id))
        .build();
  }

  // ---- changes ----

  private void add(Call call, MemberAddRequest request) {
    var add = new MemberChange.Add(request.getPeerURLsList(), request.getIsLearner());
    List<String> words = new ArrayList<>(List.of("member", "add"));
    words.addAll(add.peerUrls());
    change(
        call,
        words,
        add,
        end ->
            members(
                call,
                (header, all) -> {
                  var response = MemberAddResponse.newBuilder().setHeader(header);
                  for (var one : all)
                    if (one.getID() == Headers.memberId(end.member())) response.setMember(one);
                  call.answer(response.addAllMembers(all).build());
                }));
  }

  private void remove(Call call, MemberRemoveRequest request) {
    change(
        call,
        List.of("member", "remove", Long.toHexString(request.getID())),
        new MemberChange.Remove(Headers.member(request.getID())),
        _ ->
            members(
                call,
                (header, all) ->
                    call.answer(
                        MemberRemoveResponse.newBuilder()
                            .setHeader(header)
                            .addAllMembers(all)
                            .build())));
  }

  private void update(Call call, MemberUpdateRequest request) {
    int member = Headers.member(request.getID());
    change(
        call,
        List.of("member", "update", Long.toHexString(request.getID())),
        new MemberChange.Update(member, request.getPeerURLsList()),
        _ ->
            members(
                call,
                (header, all) ->
                    call.answer(
                        MemberUpdateResponse.newBuilder()
                            .setHeader(header)
                            .addAllMembers(all)
                            .build())));
  }

  private void promote(Call call, MemberPromoteRequest request) {
    change(
        call,
        List.of("member", "promote", Long.toHexString(request.getID())),
        new MemberChange.Promote(Headers.member(request.getID())),
        _ ->
            members(
                call,
                (header, all) ->
                    call.answer(
                        MemberPromoteResponse.newBuilder()
                            .setHeader(header)
                            .addAllMembers(all)
                            .build())));
  }

  private void change(
      Call call, List<String> words, MemberChange change, Consumer<MemberChange.End> done) {
    MemberState.permitted(
        call,
        Right.MEMBERS,
        () -> {
          AdminRecord.begin(call, words);
          state.member().change(change, end -> call.post(() -> changed(call, words, end, done)));
        });
  }

  private static void changed(
      Call call, List<String> words, MemberChange.End end, Consumer<MemberChange.End> done) {
    AdminRecord.of(call, words, Errors.of(end));
    if (end.kind() == MemberChange.Kind.DONE) done.accept(end);
    else call.end(Errors.of(end));
  }
}
