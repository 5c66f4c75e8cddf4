package io.jangada.lab;

import io.jangada.bench.BenchRun;
import io.jangada.bench.Failover;
import io.jangada.bench.Growth;
import io.jangada.bench.Load;
import io.jangada.bench.MachineBaseline;
import io.jangada.bench.Measured;
import io.jangada.bench.Restart;
import io.jangada.bench.Watching;
import io.jangada.bench.Workload;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import tools.jackson.core.JsonGenerator;

/// What one load came to, as a line of the table and as an object.
final class Row {
  private static final double MEBIBYTE = 1 << 20;

  static final String HEAD =
      "workload           value      ops/s   p50 ms   p99 ms p99.9 ms   max ms  cpu/1000  MiB"
          + "  wr/op   B/op log/op  driver  errors";

  private Row() {}

  static String line(BenchRun.Result result) {
    Measured measured = result.measured();
    Load load = measured.load();
    return format(
        "%-19s%5d %10.0f %8.2f %8.2f %8.2f %8.1f %9s %4s %6s %6s %6s %7s %7d",
        load.shape(),
        load.valueBytes(),
        measured.perSecond(),
        measured.millisAt(50),
        measured.millisAt(99),
        measured.millisAt(99.9),
        measured.millisMax(),
        text("%.1f", result.costs().serverCpuMillis()),
        text("%.0f", result.costs().serverBytes().map(bytes -> bytes / MEBIBYTE)),
        text("%.3f", result.costs().diskWrites()),
        text("%.0f", result.costs().diskBytes()),
        text("%.3f", result.logEntries()),
        text("%.1f", result.costs().driverCpuMillis()),
        measured.failed() + measured.wrong());
  }

  private static String text(String form, Optional<Double> value) {
    return value.map(v -> format(form, v)).orElse("-");
  }

  static String limits(MachineBaseline limits) {
    return format(
        "limits: fdatasync of %d bytes on %s p50 %.2f ms, p99 %.2f ms, three at once %.2f ms;"
            + " loopback round trip p50 %.3f ms",
        limits.sizeBytes(),
        limits.fileSystem(),
        limits.syncs().millisP50(),
        limits.syncs().millisP99(),
        limits.syncs().threeMillisP50(),
        limits.roundTripMillisP50());
  }

  static String format(String form, Object... arguments) {
    return String.format(Locale.ROOT, form, arguments);
  }

  static String line(Growth.Axis axis, int size, BenchRun.Result result) {
    return format("%-12s%9d  %s", axis, size, line(result));
  }

  static void json(Growth.Axis axis, int size, BenchRun.Result result, JsonGenerator out) {
    out.writeStringProperty("axis", axis.name());
    out.writeNumberProperty("size", size);
    json(result, out);
  }

  static void json(BenchRun.Result result, JsonGenerator out) {
    Measured measured = result.measured();
    Load load = measured.load();
    out.writeBooleanProperty("ok", measured.isGood());
    out.writeStringProperty("workload", load.workload().name());
    out.writeNumberProperty("connections", load.connections());
    if (load.isOpen()) out.writeNumberProperty("rate", load.rate());
    else out.writeNumberProperty("inFlight", load.inFlight());
    out.writeNumberProperty("valueBytes", load.valueBytes());
    out.writeNumberProperty("keys", load.keys());
    out.writeNumberProperty("rangeKeys", load.rangeKeys());
    out.writeNumberProperty("seconds", rounded(measured.seconds()));
    out.writeNumberProperty("operations", measured.operations());
    out.writeNumberProperty("perSecond", rounded(measured.perSecond()));
    out.writeNumberProperty("p50Millis", rounded(measured.millisAt(50)));
    out.writeNumberProperty("p99Millis", rounded(measured.millisAt(99)));
    out.writeNumberProperty("p999Millis", rounded(measured.millisAt(99.9)));
    out.writeNumberProperty("maxMillis", rounded(measured.millisMax()));
    out.writeNumberProperty("conflicts", measured.conflicts());
    out.writeNumberProperty("failed", measured.failed());
    out.writeNumberProperty("wrong", measured.wrong());
    if (measured.trouble() != null) out.writeStringProperty("trouble", measured.trouble());
    write(out, "serverCpuMillisPer1000", result.costs().serverCpuMillis());
    write(out, "serverBytes", result.costs().serverBytes().map(bytes -> (double) bytes));
    write(out, "diskWritesPerOperation", result.costs().diskWrites());
    write(out, "diskBytesPerOperation", result.costs().diskBytes());
    write(out, "logEntriesPerOperation", result.logEntries());
    write(out, "driverCpuMillisPer1000", result.costs().driverCpuMillis());
    MachineBaseline limits = result.limits();
    out.writeStringProperty("fileSystem", limits.fileSystem());
    out.writeNumberProperty("syncMillisP50", rounded(limits.syncs().millisP50()));
    out.writeNumberProperty("syncMillisP99", rounded(limits.syncs().millisP99()));
    out.writeNumberProperty("threeSyncsMillisP50", rounded(limits.syncs().threeMillisP50()));
    out.writeNumberProperty("roundTripMillisP50", rounded(limits.roundTripMillisP50()));
  }

  static String line(Failover failover) {
    return format(
        "kill -9 of the leader to the next acknowledged write, %d times: p50 %.0f ms, worst %.0f"
            + " ms",
        failover.millis().length, failover.p50(), failover.worst());
  }

  static void json(Failover failover, JsonGenerator out) {
    out.writeBooleanProperty("ok", true);
    out.writeStringProperty("measured", "failover");
    out.writeNumberProperty("p50Millis", rounded(failover.p50()));
    out.writeNumberProperty("worstMillis", rounded(failover.worst()));
    out.writeArrayPropertyStart("millis");
    for (double each : failover.millis()) out.writeNumber(rounded(each));
    out.writeEndArray();
  }

  static String line(Restart restart) {
    return format(
        "%d keys written in %.1f s; restart with them and %d entries behind the snapshot: first"
            + " answer after %.2f s; heap for a key: %s bytes",
        restart.keys(),
        restart.loadSeconds(),
        restart.entries(),
        restart.seconds(),
        text("%.0f", restart.bytesPerKey()));
  }

  static void json(Restart restart, JsonGenerator out) {
    out.writeBooleanProperty("ok", true);
    out.writeStringProperty("measured", "restart");
    out.writeNumberProperty("keys", restart.keys());
    out.writeNumberProperty("entriesBehindSnapshot", restart.entries());
    out.writeNumberProperty("loadSeconds", rounded(restart.loadSeconds()));
    out.writeNumberProperty("seconds", rounded(restart.seconds()));
    write(out, "heapBytesPerKey", restart.bytesPerKey());
  }

  static String line(Watching watching) {
    Watching.Crowd crowd = watching.crowd();
    Watching.Memory memory = crowd.memory();
    return format(
        "acknowledgement to event: at the leader %s, at a follower %s%n"
            + "%s without watchers: %s%n"
            + "with %d watchers of a key each, some of all, and one that did not read: %s%n"
            + "%.0f events/s, %d missed, %d watchers overtaken; the one that did not read %s%n"
            + "MiB of the leader's heap %s before, %s after; of all servers %s before, %s after",
        millis(watching.atLeader()),
        watching.atFollower().map(Row::millis).orElse("-"),
        watching.alone().load().shape(),
        millis(watching.alone().latencies()),
        watching.alone().load().keys(),
        millis(watching.watched().latencies()),
        crowd.perSecond(),
        crowd.missed(),
        crowd.overtaken(),
        crowd
            .catchUpSeconds()
            .map(seconds -> format("was up to date after %.2f s", seconds))
            .orElse("was one of these"),
        mebibytes(memory.heapBefore()),
        mebibytes(memory.heapAfter()),
        mebibytes(memory.serversBefore()),
        mebibytes(memory.serversAfter()));
  }

  private static String millis(Histogram nanos) {
    return format("p50 %.2f ms, p99 %.2f ms", millisAt(nanos, 50), millisAt(nanos, 99));
  }

  private static double millisAt(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e6;
  }

  private static String mebibytes(Optional<Long> bytes) {
    return text("%.0f", bytes.map(b -> b / MEBIBYTE));
  }

  static void json(Watching watching, JsonGenerator out) {
    Watching.Crowd crowd = watching.crowd();
    out.writeBooleanProperty("ok", watching.isGood());
    out.writeStringProperty("measured", "watch");
    out.writeNumberProperty("watchersOfOne", watching.alone().load().keys());
    out.writeNumberProperty("rate", watching.alone().load().rate());
    write(out, "eventAtLeader", watching.atLeader());
    watching.atFollower().ifPresent(delays -> write(out, "eventAtFollower", delays));
    write(out, "putAlone", watching.alone().latencies());
    write(out, "putWatched", watching.watched().latencies());
    out.writeNumberProperty("failed", watching.alone().failed() + watching.watched().failed());
    out.writeNumberProperty("eventsPerSecond", rounded(crowd.perSecond()));
    out.writeNumberProperty("missed", crowd.missed());
    out.writeNumberProperty("overtaken", crowd.overtaken());
    write(out, "catchUpSeconds", crowd.catchUpSeconds());
    write(out, "leaderHeapBytesBefore", crowd.memory().heapBefore().map(b -> (double) b));
    write(out, "leaderHeapBytesAfter", crowd.memory().heapAfter().map(b -> (double) b));
    write(out, "serverBytesBefore", crowd.memory().serversBefore().map(b -> (double) b));
    write(out, "serverBytesAfter", crowd.memory().serversAfter().map(b -> (double) b));
  }

  private static void write(JsonGenerator out, String name, Histogram nanos) {
    out.writeNumberProperty(name + "Count", nanos.getTotalCount());
    out.writeNumberProperty(name + "P50Millis", rounded(millisAt(nanos, 50)));
    out.writeNumberProperty(name + "P99Millis", rounded(millisAt(nanos, 99)));
  }

  private static void write(JsonGenerator out, String name, Optional<Double> value) {
    value.ifPresent(v -> out.writeNumberProperty(name, rounded(v)));
  }

  /// Four digits behind the point are more than any of it is worth.
  static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }

  /// What a bench without a workload does: the shapes by which stores of this kind are compared.
  static List<Load> standard(Load like) {
    return List.of(
        of(like, Workload.put, 1, 1),
        of(like, Workload.put, 64, 1),
        of(like, Workload.put, 16, 32),
        of(like, Workload.get, 1, 1),
        of(like, Workload.get, 64, 1),
        of(like, Workload.get, 16, 32));
  }

  private static Load of(Load like, Workload workload, int connections, int inFlight) {
    Load.Clients clients = new Load.Clients(connections, inFlight, 0);
    return new Load(workload, clients, like.data(), like.times());
  }
}
