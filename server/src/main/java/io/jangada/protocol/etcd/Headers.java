package io.jangada.protocol.etcd;

import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.rpc.Moment;

/// What every answer begins with, and the numbers that members have for etcd's clients: never 0,
/// and with the member's own number at the end, in hexadecimal too.
final class Headers {
  private static final long MEMBER_BASE = 0x6a616e6700000000L;

  private Headers() {}

  static long memberId(int member) {
    return MEMBER_BASE | member;
  }

  /// The member that clients know by this number; -1 for none.
  static int member(long memberId) {
    return (memberId & MEMBER_BASE) == MEMBER_BASE ? (int) (memberId ^ MEMBER_BASE) : -1;
  }

  /// @param revision of the request, where it says one; otherwise the store's
  static ResponseHeader of(Moment moment, long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(moment.place().clusterId())
        .setMemberId(memberId(moment.place().member()))
        .setRevision(revision)
        .setRaftTerm(moment.place().term())
        .build();
  }

  static ResponseHeader of(Moment moment) {
    return of(moment, moment.revision());
  }
}
