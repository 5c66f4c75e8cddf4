package io.jangada.node;

/// The seam for time: a monotonic clock with an arbitrary beginning.
@FunctionalInterface
public interface Clock {
  long nanos();
}
