package io.jangada.bench;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.Main;

/// JMH's benchmarks of the parts that every request passes, by hand: CONTRIBUTING.md says how.
class LeavesTrial {
  @Test
  void measure() throws Exception {
    Main.main(System.getProperty("jmh", ".*").split(" "));
  }
}
