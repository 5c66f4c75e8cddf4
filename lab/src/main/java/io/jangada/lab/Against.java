package io.jangada.lab;

import io.jangada.bench.BenchRun;
import io.jangada.bench.Comparison;
import io.jangada.bench.Load;
import io.jangada.bench.OtherStore;
import io.jangada.bench.SystemUnderTest;
import io.jangada.cli.cluster.Output;
import io.jangada.otherstores.Etcd;
import io.jangada.otherstores.Redis;
import io.jangada.otherstores.ZooKeeper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// `jangada bench --against`: loads that we and another store have in turns.
///
/// @param rounds how many turns each has
record Against(Output telling, int rounds) {
  private static final String OURS = "jangada";
  static final List<OtherStore> RIVALS = List.of(new Etcd(), new Redis(), new ZooKeeper());

  Optional<OtherStore> find(String name) {
    return RIVALS.stream().filter(rival -> rival.name().equals(name)).findAny();
  }

  String unknown(String name) {
    String known = RIVALS.stream().map(OtherStore::name).collect(Collectors.joining(", "));
    return "--against must be one of " + known + ", not " + name;
  }

  /// @return whether all of it was good
  boolean run(List<Load> loads, SystemUnderTest ours, OtherStore rival, SystemUnderTest theirs)
      throws IOException, InterruptedException, TimeoutException {
    if (!telling.isJson()) telling.line(OURS + " against " + rival.title());
    BenchRun ourRun = new BenchRun(ours);
    BenchRun theirRun = new BenchRun(theirs);
    Attempts attempts = new Attempts(telling);
    boolean isGood = true;
    boolean isFirst = true;
    for (Load load : loads) {
      List<BenchRun.Result> our = new ArrayList<>();
      List<BenchRun.Result> their = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        our.add(attempts.measure(load, ourRun));
        their.add(attempts.measure(load, theirRun));
      }
      Comparison comparison = new Comparison(our, their);
      print(comparison, rival, isFirst);
      isFirst = false;
      isGood &= comparison.isGood();
    }
    return isGood;
  }

  private void print(Comparison comparison, OtherStore rival, boolean isFirst) {
    BenchRun.Result our = Comparison.middle(comparison.ours());
    BenchRun.Result their = Comparison.middle(comparison.theirs());
    if (telling.isJson()) {
      telling.json(out -> json(OURS, our, out));
      telling.json(out -> json(rival.name(), their, out));
      telling.json(out -> json(comparison, rival, out));
      return;
    }
    if (isFirst) telling.line(Row.limits(our.limits()) + "\n" + pad("store") + Row.HEAD);
    telling.line(pad(OURS) + Row.line(our));
    telling.line(pad(rival.name()) + Row.line(their));
    telling.line(
        pad("ratio")
            + Row.format(
                "%-14s%5d %10s %8s %8s %8s %8s %9s",
                our.measured().load().shape(),
                our.measured().load().valueBytes(),
                text(comparison, result -> result.measured().perSecond()),
                text(comparison, result -> result.measured().millisAt(50)),
                text(comparison, result -> result.measured().millisAt(99)),
                text(comparison, result -> result.measured().millisAt(99.9)),
                text(comparison, result -> result.measured().millisMax()),
                text(comparison, Against::cpu)));
  }

  private static String pad(String who) {
    return Row.format("%-11s", who);
  }

  private static double cpu(BenchRun.Result result) {
    return result.costs().serverCpuMillis().orElse(Double.NaN);
  }

  private static String text(Comparison comparison, ToDoubleFunction<BenchRun.Result> of) {
    double median = comparison.ratio(of).median();
    return Double.isNaN(median) ? "-" : Row.format(median < 1 ? "%.3f" : "%.1f", median);
  }

  private static void json(String who, BenchRun.Result result, JsonGenerator out) {
    out.writeStringProperty("store", who);
    Row.json(result, out);
  }

  private static void json(Comparison comparison, OtherStore rival, JsonGenerator out) {
    out.writeBooleanProperty("ok", comparison.isGood());
    out.writeStringProperty("against", rival.name());
    out.writeStringProperty("shape", comparison.ours().getFirst().measured().load().shape());
    json("perSecondRatio", comparison.ratio(result -> result.measured().perSecond()), out);
    json("p50Ratio", comparison.ratio(result -> result.measured().millisAt(50)), out);
    json("p99Ratio", comparison.ratio(result -> result.measured().millisAt(99)), out);
    Comparison.Ratio cpu = comparison.ratio(Against::cpu);
    if (!Double.isNaN(cpu.median())) json("serverCpuRatio", cpu, out);
  }

  private static void json(String name, Comparison.Ratio ratio, JsonGenerator out) {
    out.writeNumberProperty(name, Row.rounded(ratio.median()));
    out.writeNumberProperty(name + "Lowest", Row.rounded(ratio.lowest()));
    out.writeNumberProperty(name + "Highest", Row.rounded(ratio.highest()));
  }
}
