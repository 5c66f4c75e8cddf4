package io.jangada.protocol.etcd;

import java.util.List;
import java.util.Objects;

/// A change of who is in the cluster, where members are, or who leads.
public sealed interface MemberChange {
  /// @param learner whether it stays one; otherwise it becomes a voter once it has caught up
  record Add(List<String> peerUrls, boolean learner) implements MemberChange {
    public Add {
      peerUrls = List.copyOf(peerUrls);
    }
  }

  record Remove(int member) implements MemberChange {}

  record Update(int member, List<String> peerUrls) implements MemberChange {
    public Update {
      peerUrls = List.copyOf(peerUrls);
    }
  }

  record Promote(int member) implements MemberChange {}

  /// Only the leader does it.
  record Lead(int member) implements MemberChange {}

  /// A member says where it is.
  ///
  /// @param address as memberships have it
  record Publish(int member, String address) implements MemberChange {
    public Publish {
      Objects.requireNonNull(address);
    }
  }

  /// How a change ended.
  enum Kind {
    DONE,
    BAD_URLS,
    URLS_EXIST,
    UNKNOWN_MEMBER,
    /// No majority answers, or another change has not ended.
    UNHEALTHY,
    TOO_FEW_STARTED,
    NO_LEARNER,
    LEARNER_BEHIND,
    NOT_LEADER,
    BAD_TRANSFEREE,
    NO_LEADER,
    /// It may have taken effect, or may yet.
    UNKNOWN,
    REFUSED
  }

  /// @param member that the change was about
  /// @param text why it was [Kind#REFUSED]; empty otherwise
  record End(Kind kind, int member, String text) {
    public End {
      Objects.requireNonNull(kind);
      Objects.requireNonNull(text);
    }

    public static End of(Kind kind, int member) {
      return new End(kind, member, "");
    }
  }
}
