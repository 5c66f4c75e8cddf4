package io.jangada.client;

/// The events that a watch reports, and how many bytes of them a server may send ahead.
///
/// @param from the first revision whose changes are told; 0 for all from now on
/// @param former whether events shall hold what was there before
/// @param puts whether values that are written are told
/// @param removals whether keys that are removed are told
/// @param windowBytes how many bytes of events a listener that is behind holds here, about
public record WatchOptions(
    long from, boolean former, boolean puts, boolean removals, int windowBytes) {
  public static final WatchOptions DEFAULT = new WatchOptions(0, false, true, true, 1 << 20);

  private static final int WINDOW_BYTES_MIN = 1 << 10;

  public WatchOptions {
    if (from < 0) throw new IllegalArgumentException("revision " + from);
    if (windowBytes < WINDOW_BYTES_MIN)
      throw new IllegalArgumentException("a window of " + windowBytes + " bytes");
  }

  public WatchOptions from(long revision) {
    return new WatchOptions(revision, former, puts, removals, windowBytes);
  }

  public WatchOptions withFormer() {
    return new WatchOptions(from, true, puts, removals, windowBytes);
  }

  public WatchOptions withoutPuts() {
    return new WatchOptions(from, former, false, removals, windowBytes);
  }

  public WatchOptions withoutRemovals() {
    return new WatchOptions(from, former, puts, false, windowBytes);
  }

  public WatchOptions withWindowBytes(int bytes) {
    return new WatchOptions(from, former, puts, removals, bytes);
  }
}
