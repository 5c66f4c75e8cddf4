package io.jangada.protocol.etcd;

import io.jangada.bytes.Bytes;
import io.jangada.raft.SnapshotMeta;
import java.util.List;
import java.util.function.Consumer;

/// What a server knows and does that its replica does not; for any thread.
public interface Member {
  /// Where a member is.
  ///
  /// @param name empty until it has started
  /// @param clientUrls none until it has started
  record Place(String name, List<String> peerUrls, List<String> clientUrls) {
    public Place {
      peerUrls = List.copyOf(peerUrls);
      clientUrls = List.copyOf(clientUrls);
    }
  }

  /// Empty where nothing is known.
  Place placeOf(int member);

  /// Has a change made by whatever member leads.
  ///
  /// @param reply called once, from any thread
  void change(MemberChange change, Consumer<MemberChange.End> reply);

  /// What a backup says of itself, as JSON.
  Bytes descriptionOf(SnapshotMeta snapshot);
}
