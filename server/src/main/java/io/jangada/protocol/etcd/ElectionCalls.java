package io.jangada.protocol.etcd;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.protocol.etcd.api.CampaignRequest;
import io.jangada.protocol.etcd.api.CampaignResponse;
import io.jangada.protocol.etcd.api.LeaderKey;
import io.jangada.protocol.etcd.api.LeaderRequest;
import io.jangada.protocol.etcd.api.LeaderResponse;
import io.jangada.protocol.etcd.api.ProclaimRequest;
import io.jangada.protocol.etcd.api.ProclaimResponse;
import io.jangada.protocol.etcd.api.ResignRequest;
import io.jangada.protocol.etcd.api.ResignResponse;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Status;
import java.util.List;

/// The service Election. The leader is the one whose key is the oldest under the election's name.
final class ElectionCalls {
  private static final String ELECTION = "/v3electionpb.Election/";

  List<Method<?>> methods() {
    return List.of(
        Method.unary(
            ELECTION + "Campaign", CampaignRequest.getDefaultInstance(), ElectionCalls::campaign),
        Method.unary(
            ELECTION + "Proclaim", ProclaimRequest.getDefaultInstance(), ElectionCalls::proclaim),
        Method.unary(
            ELECTION + "Leader", LeaderRequest.getDefaultInstance(), ElectionCalls::leader),
        Method.unary(ELECTION + "Observe", LeaderRequest.getDefaultInstance(), Observation::begin),
        Method.unary(
            ELECTION + "Resign", ResignRequest.getDefaultInstance(), ElectionCalls::resign));
  }

  private static void campaign(Call call, CampaignRequest request) {
    Bytes value = KeyValues.bytes(request.getValue());
    Candidacy.begin(
        call,
        new Candidacy.Asked(request.getName(), request.getLease(), value),
        (own, moment) -> call.answer(elected(request, own, moment)));
  }

  private static CampaignResponse elected(CampaignRequest request, Candidacy own, Moment moment) {
    LeaderKey.Builder leader =
        LeaderKey.newBuilder()
            .setName(request.getName())
            .setKey(KeyValues.byteString(own.key()))
            .setRev(own.created())
            .setLease(own.lease());
    return CampaignResponse.newBuilder().setHeader(Headers.of(moment)).setLeader(leader).build();
  }

  private static void proclaim(Call call, ProclaimRequest request) {
    LeaderKey leader = request.getLeader();
    Status objection = objection(request.hasLeader(), leader);
    if (objection != null) {
      call.end(objection);
      return;
    }
    var put =
        new Operation.Put(
            KeyValues.bytes(leader.getKey()),
            new Change.Set(KeyValues.bytes(request.getValue()), 0),
            leader.getLease() == 0 ? new Lifetime.Same() : new Lifetime.Leased(leader.getLease()),
            new Condition.Always(),
            false);
    call.submit(
        whileLeader(leader, put),
        request.getSerializedSize(),
        (outcome, moment) -> {
          if (!(outcome instanceof Outcome.Done(Result.Transacted done)))
            call.end(Errors.of(call, outcome));
          else if (done.succeeded())
            call.answer(
                ProclaimResponse.newBuilder()
                    .setHeader(Headers.of(moment, done.revision()))
                    .build());
          else call.end(Errors.NOT_ELECTED);
        });
  }

  /// One that leads no more has resigned.
  private static void resign(Call call, ResignRequest request) {
    LeaderKey leader = request.getLeader();
    Status objection = objection(request.hasLeader(), leader);
    if (objection != null) {
      call.end(objection);
      return;
    }
    var delete = new Operation.Delete(KeyValues.bytes(leader.getKey()), new Condition.Always());
    call.submit(
        whileLeader(leader, delete),
        request.getSerializedSize(),
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Transacted done))
            call.answer(
                ResignResponse.newBuilder().setHeader(Headers.of(moment, done.revision())).build());
          else call.end(Errors.of(call, outcome));
        });
  }

  private static Status objection(boolean hasLeader, LeaderKey leader) {
    if (!hasLeader) return Errors.LEADER_MISSING;
    return leader.getKey().isEmpty() ? Errors.KEY_NOT_PROVIDED : null;
  }

  private static Operation.Transaction whileLeader(LeaderKey leader, Operation.Step step) {
    return new Operation.Transaction(
        List.of(Candidacy.isSince(KeyValues.bytes(leader.getKey()), leader.getRev())),
        List.of(step),
        List.of(),
        Operation.Decision.AHEAD);
  }

  private static void leader(Call call, LeaderRequest request) {
    LeaderSearch.begin(
        call,
        Candidacy.range(request.getName()),
        0,
        found -> {
          if (found.leader() == null) call.end(Errors.NO_ELECTED);
          else call.answer(response(found.leader(), Headers.of(found.moment())));
        });
  }

  static LeaderResponse response(KeyValue leader, ResponseHeader header) {
    return LeaderResponse.newBuilder().setHeader(header).setKv(KeyValues.message(leader)).build();
  }
}
