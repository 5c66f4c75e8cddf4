package io.jangada.node.watch;

import io.jangada.kv.WatchEvent;
import java.util.List;

/// Receives what a [Watch] has to say. The methods are called by the replica's owner, inside its
/// poll, and must be quick.
///
/// The order is: [#started], then any number of [#events], with [#admit] before each, and of
/// [#progress], then one of [#compacted] and [#ended], after which nothing follows. A watch may end
/// before it has started.
public interface Watcher {
  /// @param revision of the member's state at the start. What follows are the events after it, or,
  ///   where the request named a first revision, from that one on
  void started(long revision);

  /// Asks for leave to hand over events.
  ///
  /// @return whether they may come now; otherwise the watch pauses before them until [Watch#ready],
  ///   and reads them again then
  default boolean admit() {
    return true;
  }

  /// Events in order, and all of a revision at once, however many these are.
  ///
  /// @return whether it takes more now; otherwise the watch pauses until [Watch#ready]
  boolean events(List<WatchEvent> events);

  /// All events up to this revision were handed over.
  void progress(long revision);

  /// Events that it did not get are no longer kept: the state is to be read anew, and watched from
  /// there.
  ///
  /// @param compacted up to here events are given up
  void compacted(long compacted);

  /// Nothing follows for another reason. From any thread where [WatchEnd#BUSY] or
  /// [WatchEnd#STOPPED] comes before the start.
  void ended(WatchEnd reason);
}
