package io.jangada.server;

import io.jangada.protocol.port.CommandTimes;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.lang.management.GarbageCollectorMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Metrics in the making: names without the prefix and without `_total`, values as they are now.
final class MetricList {
  private static final double MICROS_PER_SECOND = 1e6;

  /// The upper bounds of a histogram of durations, in microseconds: 62.5 µs, doubled up to 8 s.
  private static final int FIRST_BUCKET_NANOS = 62_500;

  private static final int BUCKETS = 18;

  private final List<MetricSnapshot> metrics = new ArrayList<>();
  private final String prefix;

  MetricList(String prefix) {
    this.prefix = prefix;
  }

  MetricList gauge(String name, String help, double value) {
    metrics.add(
        GaugeSnapshot.builder()
            .name(prefix + name)
            .help(help)
            .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
            .build());
    return this;
  }

  MetricList gauge(String name, String help, boolean value) {
    return gauge(name, help, value ? 1 : 0);
  }

  /// @param values by what the label says
  MetricList gauges(String name, String help, String label, Map<?, ? extends Number> values) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(prefix + name).help(help);
    values.forEach(
        (key, value) ->
            gauge.dataPoint(
                GaugeDataPointSnapshot.builder()
                    .value(value.doubleValue())
                    .labels(Labels.of(label, String.valueOf(key)))
                    .build()));
    metrics.add(gauge.build());
    return this;
  }

  MetricList counter(String name, String help, double value) {
    metrics.add(
        CounterSnapshot.builder()
            .name(prefix + name)
            .help(help)
            .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
            .build());
    return this;
  }

  /// @param values by what the label says
  MetricList counters(String name, String help, String label, Map<?, ? extends Number> values) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(prefix + name).help(help);
    values.forEach(
        (key, value) ->
            counter.dataPoint(
                CounterDataPointSnapshot.builder()
                    .value(value.doubleValue())
                    .labels(Labels.of(label, String.valueOf(key)))
                    .build()));
    metrics.add(counter.build());
    return this;
  }

  /// @param values by what the labels say, in their order
  MetricList counters(
      String name, String help, List<String> labels, Map<List<String>, ? extends Number> values) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(prefix + name).help(help);
    values.forEach(
        (key, value) ->
            counter.dataPoint(
                CounterDataPointSnapshot.builder()
                    .value(value.doubleValue())
                    .labels(Labels.of(labels, key))
                    .build()));
    metrics.add(counter.build());
    return this;
  }

  /// @param durations in microseconds
  MetricList durations(String name, String help, Histogram durations) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    long below = -1;
    long bound = FIRST_BUCKET_NANOS;
    for (int i = 0; i < BUCKETS; i++, bound *= 2) {
      long micros = bound / 1_000;
      buckets.bucket(bound / 1e9, durations.getCountBetweenValues(below + 1, micros));
      below = durations.highestEquivalentValue(micros);
    }
    long rest = Math.max(below + 1, durations.getMaxValue());
    buckets.bucket(
        Double.POSITIVE_INFINITY,
        durations.getMaxValue() > below ? durations.getCountBetweenValues(below + 1, rest) : 0);
    double sum = durations.getMean() * durations.getTotalCount() / MICROS_PER_SECOND;
    metrics.add(
        HistogramSnapshot.builder()
            .name(prefix + name)
            .help(help)
            .dataPoint(
                HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(buckets.build())
                    .sum(durations.getTotalCount() == 0 ? 0 : sum)
                    .build())
            .build());
    return this;
  }

  /// @param values by what the labels say: how many in each bucket of [CommandTimes#bounds], how
  ///   many beyond, and the sum in nanoseconds
  MetricList histograms(
      String name, String help, List<String> labels, Map<List<String>, long[]> values) {
    HistogramSnapshot.Builder histogram =
        HistogramSnapshot.builder().name(prefix + name).help(help);
    values.forEach((key, counts) -> histogram.dataPoint(histogram(Labels.of(labels, key), counts)));
    metrics.add(histogram.build());
    return this;
  }

  private static HistogramDataPointSnapshot histogram(Labels labels, long[] counts) {
    long[] bounds = CommandTimes.bounds();
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < bounds.length; i++) buckets.bucket(bounds[i] / 1e9, counts[i]);
    buckets.bucket(Double.POSITIVE_INFINITY, counts[bounds.length]);
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(buckets.build())
        .sum(counts[bounds.length + 1] / 1e9)
        .labels(labels)
        .build();
  }

  MetricList collections(String name, String help, List<GarbageCollectorMXBean> collectors) {
    SummarySnapshot.Builder summary = SummarySnapshot.builder().name(prefix + name).help(help);
    for (GarbageCollectorMXBean collector : collectors)
      summary.dataPoint(
          SummaryDataPointSnapshot.builder()
              .count(collector.getCollectionCount())
              .sum(collector.getCollectionTime() / 1e3)
              .labels(Labels.of("gc", collector.getName()))
              .build());
    metrics.add(summary.build());
    return this;
  }

  /// @param labels names and values by turns
  MetricList info(String name, String help, String... labels) {
    metrics.add(
        InfoSnapshot.builder()
            .name(prefix + name)
            .help(help)
            .dataPoint(InfoDataPointSnapshot.builder().labels(Labels.of(labels)).build())
            .build());
    return this;
  }

  static MetricSnapshots all(List<MetricList> lists) {
    List<MetricSnapshot> all = new ArrayList<>();
    for (MetricList list : lists) all.addAll(list.metrics);
    return new MetricSnapshots(all);
  }
}
