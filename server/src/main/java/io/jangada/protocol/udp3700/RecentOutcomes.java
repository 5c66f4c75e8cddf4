package io.jangada.protocol.udp3700;

import io.jangada.kv.RequestId;
import java.util.LinkedHashMap;
import java.util.Map;

/// What became of puts lately, and of gets that were refused, so that a copy which comes late gets
/// the same reply: what is done is not done again, and what was refused is not done at all, for its
/// client retries under another MID and may have gone on since.
final class RecentOutcomes {
  enum Fate {
    DONE,
    REFUSED
  }

  static final int REQUESTS_MAX = 8_192;

  private final Map<RequestId, Fate> recentOutcomes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RequestId, Fate> eldest) {
          return size() > REQUESTS_MAX;
        }
      };

  /// Null for what is not known.
  Fate of(RequestId id) {
    return recentOutcomes.get(id);
  }

  /// Returns whether that is news.
  boolean done(RequestId id) {
    return recentOutcomes.put(id, Fate.DONE) != Fate.DONE;
  }

  void refused(RequestId id) {
    recentOutcomes.put(id, Fate.REFUSED);
  }
}
