package io.jangada.protocol.etcd;

import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.etcd.WatchMessage.Content;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import java.util.List;

/// One watch of a stream.
final class StreamedWatch implements Watcher {
  /// What its client may ask for beside keys.
  ///
  /// @param fragments whether a large response may be divided
  /// @param progress whether it is told from time to time how far it is
  record Options(boolean fragments, boolean progress) {}

  private final WatchStream stream;
  private final long id;
  private final WatchRequest request;
  private final Options options;

  // The event loop's, as are all that follow.
  private Watch watch;

  /// Whether it could not begin because too much waits for the replica.
  private boolean isBusy;

  /// The answer to its create until that is sent; null after that.
  WatchStream.Beginning beginning;

  /// Whether it ended, or is to end.
  boolean isOver;

  /// Whether it is not known to have everything that was handed to others.
  boolean isBehind;

  /// Whether it takes no events until it reads on.
  boolean isPaused;

  /// Whether [Content.Progress] will come for it.
  boolean isAsked;

  /// Whether it was paused and reads what it missed.
  boolean readsOn;

  /// Whether it had events since it was looked at for that.
  boolean hadEvents;

  StreamedWatch(WatchStream stream, long id, WatchRequest request, Options options) {
    this.stream = stream;
    this.id = id;
    this.request = request;
    this.options = options;
  }

  WatchStream stream() {
    return stream;
  }

  long id() {
    return id;
  }

  /// The first revision that it wants; 0 for those after its start.
  long from() {
    return request.from();
  }

  Options options() {
    return options;
  }

  /// Begins it. Returns false when that is to be tried later.
  boolean begin() {
    Call call = stream.call();
    watch = call.watch(new Watch.Asked(call.caller(), request), this);
    return !isBusy;
  }

  void cancel() {
    watch.cancel();
  }

  /// Has it read on after it has paused.
  void readOn() {
    isPaused = false;
    askProgress();
    readsOn = isAsked;
    watch.ready();
  }

  /// Asks when it has all that has happened. Nothing comes of it where too much is asked already.
  void askProgress() {
    if (!isAsked) isAsked = watch.progress();
  }

  // ---- on the replica's thread ----

  private void say(Content content, Moment moment) {
    stream.say(new WatchMessage(this, content, moment));
  }

  @Override
  public void started(long revision) {
    say(new Content.Started(), stream.call().moment());
  }

  @Override
  public boolean admit() {
    if (stream.takesEvents()) return true;
    say(new Content.Paused(), null);
    return false;
  }

  @Override
  public boolean events(List<WatchEvent> events) {
    say(new Content.Events(events), stream.call().moment());
    return true;
  }

  @Override
  public void progress(long revision) {
    say(new Content.Progress(revision), stream.call().moment());
  }

  @Override
  public void compacted(long compacted) {
    say(new Content.Compacted(compacted), stream.call().moment());
  }

  @Override
  public void ended(WatchEnd reason) {
    // Where it is not the owner that says so, it is the event loop, while it begins.
    if (reason == WatchEnd.BUSY) isBusy = true;
    else say(new Content.Ended(reason), reason == WatchEnd.STOPPED ? null : stream.call().moment());
  }
}
