package io.jangada.tester;

/// Something that must hold and does not, in a sentence.
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  Failure(String message) {
    super(message, null, false, false);
  }

  /// Fails with that sentence unless it holds.
  static void unless(boolean holds, String otherwise) throws Failure {
    if (!holds) throw new Failure(otherwise);
  }
}
