package io.jangada.raft;

/// A law that must hold did not. The member that meets it stops: going on could spread the damage.
public final class LawBrokenException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public LawBrokenException(String law) {
    super(law);
  }
}
