package io.jangada.link;

import java.util.LinkedHashSet;
import java.util.Set;

/// The texts that were logged, so that none is logged again while nothing has changed.
final class LogDeduplicator {
  private static final int TEXTS_MAX = 64;

  private final Set<String> texts = new LinkedHashSet<>();

  /// Whether it was not logged before; it is from now on. Of very many texts the oldest are
  /// forgotten.
  boolean recordIfNew(String text) {
    if (!texts.add(text)) return false;
    if (texts.size() > TEXTS_MAX) texts.remove(texts.iterator().next());
    return true;
  }

  void forget() {
    texts.clear();
  }
}
