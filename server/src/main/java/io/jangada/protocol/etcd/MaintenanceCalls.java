package io.jangada.protocol.etcd;

import io.jangada.kv.auth.Right;
import io.jangada.node.Status;
import io.jangada.protocol.etcd.api.AlarmMember;
import io.jangada.protocol.etcd.api.AlarmRequest;
import io.jangada.protocol.etcd.api.AlarmResponse;
import io.jangada.protocol.etcd.api.AlarmType;
import io.jangada.protocol.etcd.api.DefragmentRequest;
import io.jangada.protocol.etcd.api.DefragmentResponse;
import io.jangada.protocol.etcd.api.DowngradeInfo;
import io.jangada.protocol.etcd.api.DowngradeRequest;
import io.jangada.protocol.etcd.api.HashKVRequest;
import io.jangada.protocol.etcd.api.HashKVResponse;
import io.jangada.protocol.etcd.api.HashRequest;
import io.jangada.protocol.etcd.api.HashResponse;
import io.jangada.protocol.etcd.api.MoveLeaderRequest;
import io.jangada.protocol.etcd.api.MoveLeaderResponse;
import io.jangada.protocol.etcd.api.SnapshotRequest;
import io.jangada.protocol.etcd.api.StatusRequest;
import io.jangada.protocol.etcd.api.StatusResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;

/// The service Maintenance: what operators ask one member.
///
/// Alarms say how the member stands, and nothing else: that for space is there while its memory is
/// at the limit, that for corruption while its data differs from that of the others.
final class MaintenanceCalls {
  private static final String MAINTENANCE = "/etcdserverpb.Maintenance/";

  private final EtcdState state;

  MaintenanceCalls(EtcdState state) {
    this.state = state;
  }

  List<Method<?>> methods() {
    return List.of(
        Method.unary(MAINTENANCE + "Alarm", AlarmRequest.getDefaultInstance(), this::alarm),
        Method.unary(MAINTENANCE + "Status", StatusRequest.getDefaultInstance(), this::status),
        Method.unary(
            MAINTENANCE + "Defragment", DefragmentRequest.getDefaultInstance(), this::defragment),
        Method.unary(MAINTENANCE + "Hash", HashRequest.getDefaultInstance(), this::hash),
        Method.unary(MAINTENANCE + "HashKV", HashKVRequest.getDefaultInstance(), this::hashKv),
        Method.unary(
            MAINTENANCE + "Snapshot", SnapshotRequest.getDefaultInstance(), this::snapshot),
        Method.unary(
            MAINTENANCE + "MoveLeader", MoveLeaderRequest.getDefaultInstance(), this::moveLeader),
        Method.unary(
            MAINTENANCE + "Downgrade", DowngradeRequest.getDefaultInstance(), this::downgrade));
  }

  // ---- how the member stands ----

  private void status(Call call, StatusRequest request) {
    MemberState.forUsers(call, status -> call.answer(message(status)));
  }

  private static StatusResponse message(Status status) {
    int id = status.role().id();
    int leader = status.role().leader();
    Status.Memory memory = status.usage().memory();
    long bytesMax = memory.bytesMax();
    StatusResponse.Builder message =
        StatusResponse.newBuilder()
            .setHeader(Headers.of(MemberState.moment(status)))
            .setVersion(Versions.SERVER)
            .setStorageVersion(Versions.STORAGE)
            .setDbSize(memory.used())
            .setDbSizeInUse(memory.use().data())
            .setDbSizeQuota(bytesMax == Long.MAX_VALUE ? 0 : bytesMax)
            .setLeader(leader == Membership.NONE ? 0 : Headers.memberId(leader))
            .setRaftTerm(status.role().term())
            .setRaftIndex(status.log().commit())
            .setRaftAppliedIndex(status.state().applied())
            .setIsLearner(!status.membership().isVoter(id))
            .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    if (leader == Membership.NONE) message.addErrors(Errors.NO_LEADER.message());
    for (AlarmMember alarm : alarms(status))
      message.addErrors(
          "memberID:"
              + Long.toUnsignedString(alarm.getMemberID())
              + " alarm:"
              + alarm.getAlarm()
              + " ");
    return message.build();
  }

  private static List<AlarmMember> alarms(Status status) {
    List<AlarmMember> alarms = new ArrayList<>();
    if (status.usage().memory().isFull()) alarms.add(alarm(status, AlarmType.NOSPACE));
    if (status.health().dataDiffers()) alarms.add(alarm(status, AlarmType.CORRUPT));
    return alarms;
  }

  private static AlarmMember alarm(Status status, AlarmType type) {
    return AlarmMember.newBuilder()
        .setMemberID(Headers.memberId(status.role().id()))
        .setAlarm(type)
        .build();
  }

  private void alarm(Call call, AlarmRequest request) {
    switch (request.getAction()) {
      case GET ->
          MemberState.forUsers(
              call,
              status -> {
                var response =
                    AlarmResponse.newBuilder().setHeader(Headers.of(MemberState.moment(status)));
                for (AlarmMember one : alarms(status))
                  if (isAsked(request, one)) response.addAlarms(one);
                call.answer(response.build());
              });
      // Nothing is removed: an alarm is gone when its reason is.
      case DEACTIVATE ->
          MemberState.permittedHere(
              call,
              Right.MEMBERS,
              () ->
                  MemberState.of(
                      call,
                      status ->
                          call.answer(
                              AlarmResponse.newBuilder()
                                  .setHeader(Headers.of(MemberState.moment(status)))
                                  .build())));
      case ACTIVATE, UNRECOGNIZED -> call.end(Errors.ALARMS_ARE_OWN);
    }
  }

  private static boolean isAsked(AlarmRequest request, AlarmMember alarm) {
    boolean isType = request.getAlarm() == AlarmType.NONE || request.getAlarm() == alarm.getAlarm();
    return isType && (request.getMemberID() == 0 || request.getMemberID() == alarm.getMemberID());
  }

  // ---- what is done at once ----

  /// Space is used again as soon as it is free.
  private void defragment(Call call, DefragmentRequest request) {
    MemberState.permittedHere(
        call,
        Right.MEMBERS,
        () ->
            MemberState.of(
                call,
                status ->
                    call.answer(
                        DefragmentResponse.newBuilder()
                            .setHeader(Headers.of(MemberState.moment(status)))
                            .build())));
  }

  private void downgrade(Call call, DowngradeRequest request) {
    MemberState.permittedHere(
        call,
        Right.MEMBERS,
        () ->
            call.end(
                switch (request.getAction()) {
                  case CANCEL -> Errors.NO_DOWNGRADE;
                  case VALIDATE, ENABLE, UNRECOGNIZED ->
                      request.getVersion().matches("[0-9]+\\.[0-9]+(\\.[0-9]+)?")
                          ? Errors.DOWNGRADE_VERSION
                          : Errors.DOWNGRADE_FORMAT;
                }));
  }

  private void moveLeader(Call call, MoveLeaderRequest request) {
    List<String> words = List.of("move-leader", Long.toHexString(request.getTargetID()));
    MemberState.permitted(
        call,
        Right.MEMBERS,
        () -> {
          AdminRecord.begin(call, words);
          state
              .member()
              .change(
                  new MemberChange.Lead(Headers.member(request.getTargetID())),
                  end ->
                      call.post(
                          () -> {
                            AdminRecord.of(call, words, Errors.of(end));
                            moved(call, end);
                          }));
        });
  }

  private static void moved(Call call, MemberChange.End end) {
    if (end.kind() != MemberChange.Kind.DONE) {
      call.end(Errors.of(end));
      return;
    }
    MemberState.of(
        call,
        status ->
            call.answer(
                MoveLeaderResponse.newBuilder()
                    .setHeader(Headers.of(MemberState.moment(status)))
                    .build()));
  }

  // ---- the data ----

  private void hash(Call call, HashRequest request) {
    new StoreHash(
            call,
            (found, status) ->
                call.answer(
                    HashResponse.newBuilder()
                        .setHeader(Headers.of(MemberState.moment(status)))
                        .setHash(found.crc32c())
                        .build()))
        .begin(0);
  }

  private void hashKv(Call call, HashKVRequest request) {
    new StoreHash(
            call,
            (found, status) ->
                call.answer(
                    HashKVResponse.newBuilder()
                        .setHeader(Headers.of(MemberState.moment(status)))
                        .setHash(found.crc32c())
                        .setHashRevision(found.revision())
                        .setCompactRevision(
                            Compaction.revision(status.state().contents().compacted()))
                        .build()))
        .begin(Math.max(0, request.getRevision()));
  }

  private void snapshot(Call call, SnapshotRequest request) {
    MemberState.permittedHere(
        call,
        Right.BACKUP,
        () ->
            MemberState.of(
                call,
                status -> {
                  AdminRecord.of(call, List.of("snapshot"), io.jangada.protocol.rpc.Status.OK);
                  var header = Headers.of(MemberState.moment(status));
                  new SnapshotStream(call, state.member(), header).begin();
                }));
  }
}
