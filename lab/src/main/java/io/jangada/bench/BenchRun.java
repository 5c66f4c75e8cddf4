package io.jangada.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleConsumer;

/// Loads on one cluster, one after the other, with what its servers used and what the machine can
/// do at best.
public final class BenchRun {
  private static final double PER = 1_000;
  private static final int IN_VAIN_MAX = 3;

  /// What came of it.
  ///
  /// @param logEntries how many entries the log had for one operation
  public record Result(
      Measured measured, MachineBaseline limits, Costs costs, Optional<Double> logEntries) {}

  /// @param serverCpuMillis processor time of all servers, for a thousand operations
  /// @param serverBytes memory of all servers at the end
  /// @param diskWrites requests that the servers' disk completed, from any process, for one
  ///   operation
  /// @param diskBytes what these wrote, for one operation
  /// @param driverCpuMillis processor time of the load generator, for a thousand operations
  public record Costs(
      Optional<Double> serverCpuMillis,
      Optional<Long> serverBytes,
      Optional<Double> diskWrites,
      Optional<Double> diskBytes,
      Optional<Double> driverCpuMillis) {
    public static final Costs UNKNOWN =
        new Costs(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  private final SystemUnderTest subject;

  /// What is there.
  private record Made(Workload by, int valueBytes) {}

  /// How much of it there is.
  private final Map<Made, Integer> prefilled = new HashMap<>();

  private Optional<ProcessMeter> serversBefore = Optional.empty();
  private Optional<ProcessMeter> driverBefore = Optional.empty();
  private Optional<DeviceMeter> diskBefore = Optional.empty();
  private Optional<Long> entriesBefore = Optional.empty();

  public BenchRun(SystemUnderTest subject) {
    this.subject = subject;
  }

  /// Measures the limits, writes the keys that will be read, and does it.
  public Result run(Load wanted, DoubleConsumer progress)
      throws IOException, InterruptedException, TimeoutException {
    MachineBaseline limits =
        MachineBaseline.measure(subject.disk(), wanted.valueBytes() + Keys.BYTES);
    Load load = wanted.overwriting(subject.overwrites(subject.leader()));
    prefill(load);
    try (LoadRun run = new LoadRun(subject.leader(), subject::dialogs, subject.tls())) {
      Measured measured = run.run(load, new LoadRun.Watcher(this::begun, progress));
      return result(measured, limits);
    }
  }

  /// Where `set` does not replace, what is written is new each time, and nothing need be there.
  private void prefill(Load load) throws IOException, InterruptedException, TimeoutException {
    if (!load.workload().needsFilling(load.overwrites())) return;
    Made made = new Made(load.workload().filling(), load.valueBytes());
    int keys = load.filledKeys();
    if (prefilled.getOrDefault(made, 0) >= keys) return;
    int vain = 0;
    for (int done = 0; done < keys; ) {
      try (LoadRun run = new LoadRun(subject.leader(), subject::dialogs, subject.tls())) {
        // Where it does not come to the end, the leader may have changed.
        LoadRun.Filled filled = run.fill(load, done);
        vain = filled.upTo() > done ? 0 : vain + 1;
        if (vain == IN_VAIN_MAX) throw new IOException(filled.trouble());
        done = filled.upTo();
      }
    }
    prefilled.put(made, keys);
  }

  private void begun() {
    entriesBefore = subject.logEntries();
    serversBefore = meterServers();
    driverBefore = meterDriver();
    diskBefore = meterDisk();
  }

  private Optional<ProcessMeter> meterServers() {
    return subject.pids().isEmpty() ? Optional.empty() : ProcessMeter.read(subject.pids());
  }

  /// The disk of servers elsewhere is unknown.
  private Optional<DeviceMeter> meterDisk() {
    return subject.pids().isEmpty() ? Optional.empty() : DeviceMeter.read(subject.disk());
  }

  private static Optional<ProcessMeter> meterDriver() {
    return ProcessMeter.read(List.of(ProcessHandle.current().pid()));
  }

  private Result result(Measured measured, MachineBaseline limits) {
    Optional<ProcessMeter> servers = meterServers();
    Optional<ProcessMeter> driver = meterDriver();
    Optional<DeviceMeter> disk = meterDisk();
    double operations = Math.max(1, measured.operations());
    Costs costs =
        new Costs(
            cpu(serversBefore, servers, operations),
            servers.map(ProcessMeter::residentBytes),
            diskBefore.flatMap(b -> disk.map(a -> (a.writes() - b.writes()) / operations)),
            diskBefore.flatMap(
                b -> disk.map(a -> (a.writtenBytes() - b.writtenBytes()) / operations)),
            cpu(driverBefore, driver, operations));
    Optional<Long> entries = subject.logEntries();
    Optional<Double> perOperation =
        entriesBefore.flatMap(b -> entries.map(a -> (a - b) / operations));
    return new Result(measured, limits, costs, perOperation);
  }

  private static Optional<Double> cpu(
      Optional<ProcessMeter> before, Optional<ProcessMeter> after, double operations) {
    return before.flatMap(b -> after.map(a -> PER * (a.cpuMillis() - b.cpuMillis()) / operations));
  }
}
