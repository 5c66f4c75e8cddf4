package io.jangada.plot;

import io.jangada.bench.Growth;
import io.jangada.bench.Plotter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/// A line of charts for each thing that grew: throughput on the left, times on the right.
public final class GrowthPlotter implements Plotter {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 300;
  private static final int COLUMNS = 2;

  @Override
  public void draw(List<Growth.Curve> curves, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    List<XYChart> charts = new ArrayList<>();
    for (Growth.Curve curve : curves) {
      XYChart throughput = chart(curve, "requests a second");
      add(throughput, "put", curve, point -> point.put().measured().perSecond());
      add(throughput, "get", curve, point -> point.get().measured().perSecond());
      charts.add(throughput);
      XYChart times = chart(curve, "ms");
      times.getStyler().setYAxisLogarithmic(true);
      add(times, "put p50", curve, point -> point.put().measured().millisAt(50));
      add(times, "put p99", curve, point -> point.put().measured().millisAt(99));
      add(times, "get p50", curve, point -> point.get().measured().millisAt(50));
      add(times, "get p99", curve, point -> point.get().measured().millisAt(99));
      charts.add(times);
    }
    try (var out = Files.newOutputStream(file)) {
      BitmapEncoder.saveBitmap(charts, curves.size(), COLUMNS, out, BitmapEncoder.BitmapFormat.PNG);
    }
  }

  private static XYChart chart(Growth.Curve curve, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle(curve.axis().label())
            .yAxisTitle(yTitle)
            .theme(Styler.ChartTheme.XChart)
            .build();
    chart.getStyler().setXAxisLogarithmic(curve.axis() != Growth.Axis.members);
    return chart;
  }

  private static void add(
      XYChart chart, String name, Growth.Curve curve, ToDoubleFunction<Growth.Point> what) {
    List<Growth.Point> points = curve.points();
    double[] x = points.stream().mapToDouble(Growth.Point::size).toArray();
    chart.addSeries(name, x, points.stream().mapToDouble(what).toArray());
  }
}
