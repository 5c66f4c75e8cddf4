package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.etcd.api.LeaderRequest;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import java.util.List;

/// Tells a client who leads an election, and what each leader proclaims, from now on.
///
/// While there is a leader its key is watched, otherwise all keys. When that one goes, or the first
/// comes, the leader is looked for as of that revision, so that none is missed. Where history is
/// given up before that, because the client is slow, the present leader is told.
final class Observation {
  private final Call call;
  private final KeyRange all;
  private Moment moment;

  /// What the client was told last; null for nothing.
  private KeyValue told;

  /// Null while the leader is looked for.
  private View view;

  private Observation(Call call, KeyRange all) {
    this.call = call;
    this.all = all;
  }

  static void begin(Call call, LeaderRequest request) {
    var observation = new Observation(call, Candidacy.range(request.getName()));
    call.whenCancelled(observation::stopWatching);
    call.lasts();
    observation.look(0);
  }

  private void look(long revision) {
    stopWatching();
    LeaderSearch.begin(call, all, revision, this::found);
  }

  private void found(LeaderSearch.Found found) {
    moment = found.moment();
    KeyValue leader = found.leader();
    if (leader != null) tell(leader, found.revision());
    view = new View(leader);
    view.begin(found.revision() + 1);
  }

  private void tell(KeyValue leader, long revision) {
    if (leader.equals(told)) return;
    told = leader;
    call.send(ElectionCalls.response(leader, Headers.of(moment, revision)));
  }

  private void stopWatching() {
    if (view != null) view.watch.cancel();
    view = null;
  }

  /// What is seen of a leader, or of there being none. It is handed one revision after the other,
  /// each when the one before was told.
  private final class View implements Watcher {
    private final KeyValue leader;
    private Watch watch;

    View(KeyValue leader) {
      this.leader = leader;
    }

    void begin(long revision) {
      KeyRange keys = leader == null ? all : KeyRange.of(leader.key());
      boolean needsLeader = call.metadata().requiresLeader();
      var request = new WatchRequest(keys, revision, false, WatchRequest.Kinds.ALL, needsLeader);
      watch = call.watch(new Watch.Asked(call.caller(), request), this);
    }

    @Override
    public void started(long revision) {}

    @Override
    public boolean events(List<WatchEvent> events) {
      post(() -> take(events));
      return false;
    }

    private void take(List<WatchEvent> events) {
      for (WatchEvent one : events) {
        if (isAnother(one)) {
          look(one.revision());
          return;
        }
        if (leader != null) tell(one.entry(), one.revision());
      }
      if (call.isReady()) watch.ready();
      else call.whenReady(watch::ready);
    }

    /// Whether there is another leader since.
    private boolean isAnother(WatchEvent event) {
      if (leader == null) return !event.removed();
      return event.removed() || event.entry().revisions().created() != leader.revisions().created();
    }

    @Override
    public void progress(long revision) {}

    @Override
    public void compacted(long compacted) {
      post(() -> look(0));
    }

    @Override
    public void ended(WatchEnd reason) {
      if (reason != WatchEnd.CANCELLED) post(() -> call.end(Errors.of(reason)));
    }

    /// Does something unless something else is seen by then.
    private void post(Runnable task) {
      call.post(
          () -> {
            if (view == this) task.run();
          });
    }
  }
}
