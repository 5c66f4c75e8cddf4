package io.jangada.demo;

/// Something was asked for that cannot be done, in a sentence for whoever asked. Nothing was done.
final class Complaint extends Exception {
  private static final long serialVersionUID = 1L;

  Complaint(String message) {
    super(message, null, false, false);
  }
}
