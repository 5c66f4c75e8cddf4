package io.jangada.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// A line of charts for each thing that grew: throughput on the left, times on the right.
public final class GrowthPlotter {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 300;
  private static final int COLUMNS = 2;
  private static final Color OF_PUTS = new Color(0xb0, 0x3a, 0x2e);
  private static final Color OF_GETS = new Color(0x1f, 0x61, 0x8d);

  /// Writes have one colour and reads another, wherever they are drawn.
  private record Look(String name, Color colour, BasicStroke line) {}

  private static final Look PUT = new Look("put", OF_PUTS, SeriesLines.SOLID);
  private static final Look GET = new Look("get", OF_GETS, SeriesLines.SOLID);
  private static final Look PUT_P50 = new Look("put p50", OF_PUTS, SeriesLines.SOLID);
  private static final Look PUT_P99 = new Look("put p99", OF_PUTS, SeriesLines.DASH_DASH);
  private static final Look GET_P50 = new Look("get p50", OF_GETS, SeriesLines.SOLID);
  private static final Look GET_P99 = new Look("get p99", OF_GETS, SeriesLines.DASH_DASH);

  private GrowthPlotter() {}

  /// Writes a picture, over what is there.
  ///
  /// @param file a PNG
  public static void draw(List<Growth.Curve> curves, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    List<XYChart> charts = new ArrayList<>();
    for (Growth.Curve curve : curves) {
      XYChart throughput = chart(curve, "requests a second");
      add(throughput, PUT, curve, point -> point.put().measured().perSecond());
      add(throughput, GET, curve, point -> point.get().measured().perSecond());
      charts.add(throughput);
      XYChart times = chart(curve, "milliseconds");
      add(times, PUT_P99, curve, point -> point.put().measured().millisAt(99));
      add(times, PUT_P50, curve, point -> point.put().measured().millisAt(50));
      add(times, GET_P99, curve, point -> point.get().measured().millisAt(99));
      add(times, GET_P50, curve, point -> point.get().measured().millisAt(50));
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
    // What grows in proportion, or shrinks, is a straight line.
    XYStyler styler = chart.getStyler();
    styler.setXAxisLogarithmic(curve.axis() != Growth.Axis.members);
    styler.setYAxisLogarithmic(true);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setXAxisDecimalPattern("#,###");
    styler.setYAxisDecimalPattern("#,###.###");
    return chart;
  }

  private static void add(
      XYChart chart, Look look, Growth.Curve curve, ToDoubleFunction<Growth.Point> what) {
    List<Growth.Point> points = curve.points();
    double[] x = points.stream().mapToDouble(Growth.Point::size).toArray();
    double[] y = points.stream().mapToDouble(what).toArray();
    XYSeries series = chart.addSeries(look.name, x, y);
    series.setLineColor(look.colour).setLineStyle(look.line);
    series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(look.colour);
  }
}
