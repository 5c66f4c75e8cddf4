package io.jangada.tidy;

/// One broken rule: the file or class it is in, what is wrong there, and what to do about it.
record Complaint(String where, String what, String advice) {
  @Override
  public String toString() {
    return where + ": " + what + ". " + advice;
  }
}
