package io.jangada.protocol.udp3700;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What went through the medium, and what no replica may do and one did.
final class Counts {
  private static final int FAULTS_MAX = 50;

  private final List<String> faults = new ArrayList<>();
  private final SortedMap<String, Integer> kinds = new TreeMap<>();
  private int charged;
  private final List<String> early = new ArrayList<>();
  private int lost;
  private long bytes;
  private int bytesMax;

  void fault(String what) {
    if (faults.size() < FAULTS_MAX) faults.add(what);
  }

  List<String> faults() {
    return List.copyOf(faults);
  }

  /// Somebody was spoken to before its hello. The simulator would take it for dead for the whole
  /// run; here the datagram is lost.
  void early(String what) {
    if (early.size() < FAULTS_MAX) early.add(what);
  }

  List<String> earlyOnes() {
    return List.copyOf(early);
  }

  /// A message between replicas, delivered or not.
  void charge(String kind, int size) {
    charged++;
    bytes += size;
    bytesMax = Math.max(bytesMax, size);
    kinds.merge(kind, 1, Integer::sum);
  }

  void lost() {
    lost++;
  }

  int charged() {
    return charged;
  }

  int lostCount() {
    return lost;
  }

  String told() {
    return charged
        + " datagrams "
        + kinds
        + ", lost "
        + lost
        + ", "
        + bytes
        + " bytes, longest "
        + bytesMax;
  }
}
