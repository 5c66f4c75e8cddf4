package io.jangada.server;

import io.jangada.link.TcpLinks;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.security.SecureRandom;

/// Gives a cluster its id that was bootstrapped before there were ids: its leader does, as soon as
/// all members know ids. An older member could not read the entry. To be run from time to time.
final class ClusterNaming implements Runnable {
  private final Replica replica;
  private final TcpLinks links;
  private final int id;

  /// @param id of this member
  ClusterNaming(Replica replica, TcpLinks links, int id) {
    this.replica = replica;
    this.links = links;
    this.id = id;
  }

  @Override
  public void run() {
    if (links.identity().id() == 0 && links.identity().hasData()) replica.status(this::name);
  }

  private void name(Status status) {
    Membership membership = status.membership();
    boolean leads = status.role().leader() == id && membership.clusterId() == 0;
    boolean areKnown =
        membership.members().stream().allMatch(each -> each == id || links.isIdentified(each));
    if (leads && areKnown)
      replica.changeMembership(
          membership.withClusterId(1 | new SecureRandom().nextLong()), _ -> {});
  }
}
