package io.jangada.server;

import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.slf4j.event.Level;

/// The events of one replica as lines for people. An event that says nothing new makes no line. Not
/// safe for threads.
public final class EventText {
  private static final long MEBIBYTE = 1 << 20;

  /// @param text a sentence without its subject, which is the replica's server
  public record Line(Level level, String text) {}

  private final IntFunction<String> name;
  private final int preVotesInVain;
  private final Map<Integer, String> refused = new HashMap<>();
  private int preVotes;
  private String followed = "";

  /// @param name of a member, such as `server 2`
  /// @param preVotesInVain every so many pre-votes without a majority make a line
  public EventText(IntFunction<String> name, int preVotesInVain) {
    this.name = name;
    this.preVotesInVain = preVotesInVain;
  }

  /// The line of the next event; empty where it says nothing new.
  public Optional<Line> line(RaftEvent event) {
    return Optional.ofNullable(text(event)).map(text -> new Line(level(event), text));
  }

  private static Level level(RaftEvent event) {
    return switch (event) {
      case RaftEvent.VoteCast _ -> Level.DEBUG;
      case RaftEvent.ElectionStarted(long _, boolean preVote) -> preVote ? Level.WARN : Level.INFO;
      case RaftEvent.StorageStalled(boolean stalled) -> stalled ? Level.WARN : Level.INFO;
      // Waiting for other members is no trouble, lost data may be.
      case RaftEvent.Rejoining(String waitsFor) ->
          waitsFor.startsWith("waits ") ? Level.INFO : Level.WARN;
      case RaftEvent.MemoryUsed(RaftEvent.MemoryLevel level, long _, long _) ->
          switch (level) {
            case ROOMY -> Level.INFO;
            case SHORT -> Level.WARN;
            case FULL -> Level.ERROR;
          };
      case RaftEvent.DataDiffers(long _, List<Integer> members, boolean _) ->
          members.isEmpty() ? Level.INFO : Level.ERROR;
      case RaftEvent.MessageRefused _, RaftEvent.AcknowledgementLost _ -> Level.ERROR;
      case RaftEvent.LossFound _,
          RaftEvent.TransferAbandoned _,
          RaftEvent.SnapshotLost _,
          RaftEvent.Readmitting _,
          RaftEvent.DataLost _ ->
          Level.WARN;
      case RaftEvent.LeaderElected _,
          RaftEvent.FollowerOf _,
          RaftEvent.SteppedDown _,
          RaftEvent.LogTruncated _,
          RaftEvent.LogCompacted _,
          RaftEvent.ConfigurationChanged _,
          RaftEvent.TransferStarted _,
          RaftEvent.InstallStarted _,
          RaftEvent.InstallEnded _,
          RaftEvent.SnapshotInstalled _,
          RaftEvent.ClusterIdentified _,
          RaftEvent.Readmitted _ ->
          Level.INFO;
    };
  }

  private String text(RaftEvent event) {
    return switch (event) {
      case RaftEvent.ElectionStarted(long term, boolean preVote) -> election(term, preVote);
      case RaftEvent.VoteCast(long term, int candidate) ->
          "grants its vote to " + name(candidate) + " in term " + term;
      case RaftEvent.LeaderElected(long term) -> beginning("becomes leader in term " + term);
      case RaftEvent.FollowerOf(long term, int leader) -> follows(term, leader);
      case RaftEvent.SteppedDown(long term, RaftEvent.Cause cause) ->
          beginning("steps down in term " + term + ": " + because(cause));
      case RaftEvent.LogTruncated(EntryId last) ->
          "truncates its log after index "
              + last.index()
              + ": later entries conflict with the leader's log";
      case RaftEvent.LogCompacted(EntryId base) -> "compacts its log up to index " + base.index();
      case RaftEvent.ConfigurationChanged(long index, Membership membership) ->
          "changes its configuration at index " + index + ": " + membership;
      case RaftEvent.TransferStarted(int target) -> "transfers leadership to " + name(target);
      case RaftEvent.TransferAbandoned(int target) ->
          "aborts the leadership transfer to " + name(target);
      case RaftEvent.StorageStalled(boolean stalled) ->
          stalled
              ? "waits for its disk: writes and syncs stall"
              : "no longer waits for its disk: the disk recovered";
      case RaftEvent.InstallStarted(int peer, EntryId last) ->
          "sends " + name(peer) + " a snapshot up to index " + last.index();
      case RaftEvent.InstallEnded(int peer, EntryId last, boolean installed) ->
          (installed ? "has sent " : "stops sending ")
              + name(peer)
              + " the snapshot up to index "
              + last.index();
      case RaftEvent.SnapshotInstalled(EntryId last, boolean _) ->
          "installs the leader's snapshot up to index " + last.index();
      case RaftEvent.SnapshotLost(EntryId last) ->
          "cannot read its snapshot up to index "
              + last.index()
              + ": sets it aside and fetches another";
      case RaftEvent.Readmitting(int member, long _) ->
          "readmits " + name(member) + ", whose data is new: no vote until it has caught up";
      case RaftEvent.DataLost(String what) -> "sets damaged data aside: " + what;
      case RaftEvent.ClusterIdentified(long clusterId, long originId, boolean _) ->
          identified(clusterId, originId);
      case RaftEvent.Suspicion suspicion -> suspicion(suspicion);
      case RaftEvent.Rejoining(String waitsFor) -> waitsFor;
      case RaftEvent.MemoryUsed used -> memory(used);
      case RaftEvent.Readmitted() -> "votes and counts for commits from now on";
    };
  }

  private String name(int member) {
    return name.apply(member);
  }

  /// A pre-vote comes before every election and makes no line; pre-votes in vain do.
  private String election(long term, boolean preVote) {
    if (!preVote) return beginning("starts an election in term " + term);
    return ++preVotes % preVotesInVain == 0
        ? "has no leader, and no majority grants it a pre-vote"
        : null;
  }

  /// The server has another role from now on.
  private String beginning(String text) {
    followed = "";
    preVotes = 0;
    return text;
  }

  private String follows(long term, int leader) {
    preVotes = 0;
    if (leader == Membership.NONE) return null;
    String line = "follows " + name(leader) + " in term " + term;
    boolean isNew = !line.equals(followed);
    followed = line;
    return isNew ? line : null;
  }

  private static String memory(RaftEvent.MemoryUsed used) {
    String share = used.bytes() / MEBIBYTE + " of " + used.bytesMax() / MEBIBYTE + " MiB";
    return switch (used.level()) {
      case ROOMY -> "has memory to spare again: uses " + share;
      case SHORT -> "uses " + share + " of memory: it refuses writes when all is used";
      case FULL -> "is OUT OF MEMORY for data, uses " + share + ": it refuses writes that add data";
    };
  }

  private String suspicion(RaftEvent.Suspicion event) {
    return switch (event) {
      case RaftEvent.DataDiffers(long index, List<Integer> members, boolean own) ->
          dataDiffers(index, members, own);
      case RaftEvent.LossFound(int leader) ->
          "lost entries that it acknowledged to "
              + name(leader)
              + ": an old copy of its data was put back, or its disk lost writes";
      case RaftEvent.MessageRefused(int from, String law) -> refused(from, law);
      case RaftEvent.AcknowledgementLost(int member, long match) ->
          "finds that "
              + name(member)
              + " lost entries that it acknowledged, up to index "
              + match
              + ": it counts for no majority until it is readmitted";
    };
  }

  private String dataDiffers(long index, List<Integer> members, boolean own) {
    if (members.isEmpty()) return "holds the same data as the majority again, at index " + index;
    return "finds that data differs between servers at index "
        + index
        + ": "
        + names(members)
        + " differ from the majority"
        + (own ? "; it serves no reads itself" : "");
  }

  private String names(Collection<Integer> members) {
    return members.stream().map(this::name).collect(Collectors.joining(", "));
  }

  private static String identified(long clusterId, long originId) {
    if (originId != 0)
      return "starts from a backup of cluster %016x, as a member of the new cluster %016x"
          .formatted(originId, clusterId);
    return clusterId == 0 ? null : "belongs to cluster %016x".formatted(clusterId);
  }

  /// The same makes a line once, until something else of that member is refused.
  private String refused(int from, String law) {
    if (law.equals(refused.put(from, law))) return null;
    return "refuses a message of " + name(from) + " that violates the protocol: " + law;
  }

  private static String because(RaftEvent.Cause cause) {
    return switch (cause) {
      case HIGHER_TERM -> "it met a higher term";
      case LOST_QUORUM -> "it lost contact with a majority";
      case REMOVED -> "it was removed from the cluster";
      case STORAGE_STALLED -> "its disk is too slow";
    };
  }
}
