package io.jangada.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// One key's operations as an SVG picture: a lane for each process (more where one had several open
/// at once), a bar from invocation to ending, order from left to right.
///
/// Places along the axis are not in proportion to time. Events keep their order and come as close
/// as the labels in the bars let them, so that thousands of quick operations stay readable; the
/// axis names the times.
final class Drawing {
  private static final int LEFT = 60;
  private static final int TOP = 30;
  private static final int LANE = 44;
  private static final int BAR = 20;
  private static final int GAP = 7;
  private static final int TICK = 130;

  /// How far apart a lane's name is repeated.
  private static final int AGAIN = 600;

  /// The width of a character of labels in tenths of a pixel (11 px, monospaced).
  private static final int CHARACTER = 67;

  private record Event(RecordedOp operation, boolean ending, long time) {}

  private static final class Lane {
    final int process;
    final int row;
    RecordedOp last;

    Lane(int process, int row) {
      this.process = process;
      this.row = row;
    }
  }

  private final Window window;
  private final int stuck;
  private final Map<Integer, List<Integer>> places;
  private final TreeMap<Integer, Event> events = new TreeMap<>();
  private final Map<Integer, Integer> startX = new HashMap<>();
  private final Map<Integer, Integer> endX = new HashMap<>();
  private final Map<Integer, Integer> rowOf = new HashMap<>();
  private final TreeMap<Integer, List<Lane>> lanes = new TreeMap<>();
  private final StringBuilder ticks = new StringBuilder();
  private int rows;
  private int right = LEFT;

  private Drawing(Window window, int stuck, Map<Integer, List<Integer>> places) {
    this.window = window;
    this.stuck = stuck;
    this.places = places;
  }

  /// Draws a window; `stuck` is the id of the operation to stand out, or -1; `order` is shown as
  /// numbers above the bars.
  static String draw(Window window, int stuck, List<RecordedOp> order) {
    Map<Integer, List<Integer>> places = new HashMap<>();
    for (int i = 0; i < order.size(); i++)
      places.computeIfAbsent(order.get(i).id(), _ -> new ArrayList<>(1)).add(i + 1);
    Drawing drawing = new Drawing(window, stuck, places);
    drawing.collect();
    drawing.assignRows();
    drawing.assignPlaces();
    return drawing.svg();
  }

  private void collect() {
    for (RecordedOp o : window.shown()) {
      events.put(o.invoked().order(), new Event(o, false, o.invoked().time()));
      switch (o.ending()) {
        case Ending.Ok(RecordedResult _, long time, int order) ->
            events.put(order, new Event(o, true, time));
        case Ending.Failed(long time, int order) -> events.put(order, new Event(o, true, time));
        case Ending.Unknown() -> {}
      }
    }
  }

  private void assignRows() {
    for (RecordedOp o : window.shown()) lanes.computeIfAbsent(o.process(), _ -> new ArrayList<>());
    Map<Integer, Integer> laneOf = new HashMap<>();
    for (RecordedOp o : window.shown()) {
      List<Lane> own = lanes.get(o.process());
      int lane = 0;
      while (lane < own.size() && busy(own.get(lane).last, o)) lane++;
      if (lane == own.size()) own.add(new Lane(o.process(), 0));
      own.get(lane).last = o;
      laneOf.put(o.id(), lane);
    }
    Map<Integer, Integer> firstRow = new HashMap<>();
    for (Map.Entry<Integer, List<Lane>> entry : lanes.entrySet()) {
      firstRow.put(entry.getKey(), rows);
      List<Lane> numbered = new ArrayList<>();
      for (int i = 0; i < entry.getValue().size(); i++)
        numbered.add(new Lane(entry.getKey(), rows++));
      entry.setValue(numbered);
    }
    for (RecordedOp o : window.shown())
      rowOf.put(o.id(), firstRow.get(o.process()) + laneOf.get(o.id()));
  }

  private static boolean busy(RecordedOp last, RecordedOp next) {
    return !(last.ending() instanceof Ending.Unknown) && Window.end(last) > next.invoked().order();
  }

  private void assignPlaces() {
    RecordedOp[] lastInRow = new RecordedOp[rows];
    int x = LEFT;
    int lastTick = -TICK;
    for (Event event : events.values()) {
      RecordedOp o = event.operation;
      x += GAP;
      if (event.ending) {
        x = Math.max(x, startX.get(o.id()) + width(o));
        endX.put(o.id(), x);
      } else {
        RecordedOp before = lastInRow[rowOf.get(o.id())];
        if (before != null && before.ending() instanceof Ending.Unknown) {
          x = Math.max(x, startX.get(before.id()) + width(before) + GAP);
          endX.put(before.id(), x - GAP);
        }
        startX.put(o.id(), x);
        lastInRow[rowOf.get(o.id())] = o;
        right = Math.max(right, x + width(o));
      }
      right = Math.max(right, x);
      if (x - lastTick >= TICK) {
        lastTick = x;
        tick(x, event.time);
      }
    }
  }

  private void tick(int x, long time) {
    ticks.append(
        format(
            "<line class='tick' x1='%d' y1='%d' x2='%d' y2='%d'/>",
            x, TOP - 8, x, TOP + rows * LANE));
    ticks.append(format("<text class='time' x='%d' y='%d'>%d</text>\n", x + 3, TOP - 12, time));
  }

  private String svg() {
    int width = right + 40;
    int height = TOP + rows * LANE + 10;
    StringBuilder out = new StringBuilder();
    out.append(
        format(
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d'>\n",
            width, height, width, height));
    for (List<Lane> own : lanes.values()) {
      for (Lane lane : own) {
        int y = TOP + lane.row * LANE;
        out.append(format("<line class='lane' x1='0' y1='%d' x2='%d' y2='%d'/>\n", y, width, y));
        for (int x = 6; lane == own.getFirst() && x < width; x += AGAIN) {
          String kind = x == 6 ? "process" : "place";
          out.append(
              format("<text class='%s' x='%d' y='%d'>", kind, x, x == 6 ? y + LANE - 10 : y + 8));
          out.append(format("p%d</text>\n", lane.process));
        }
      }
    }
    out.append(ticks);
    for (RecordedOp o : window.shown()) bar(out, o);
    return out.append("</svg>\n").toString();
  }

  private void bar(StringBuilder out, RecordedOp o) {
    int x = startX.get(o.id());
    int y = TOP + rowOf.get(o.id()) * LANE + LANE - BAR - 4;
    boolean open = o.ending() instanceof Ending.Unknown;
    int end = endX.getOrDefault(o.id(), right + 20);
    String kind = o.id() == stuck ? kind(o) + " stuck" : kind(o);
    String mark = o.id() == stuck ? "' id='stuck" : "";
    out.append("<g class='")
        .append(kind)
        .append(mark)
        .append("'><title>")
        .append(title(o))
        .append("</title>");
    if (open) {
      int tip = end - 8;
      out.append(
          format(
              "<path d='M%d %d L%d %d L%d %d L%d %d'/>", tip, y, x, y, x, y + BAR, tip, y + BAR));
      out.append(
          format(
              "<path class='tip' d='M%d %d L%d %d L%d %d'/>",
              tip, y, end, y + BAR / 2, tip, y + BAR));
    } else {
      out.append(format("<rect x='%d' y='%d' width='%d' height='%d' rx='3'/>", x, y, end - x, BAR));
    }
    out.append(
        format(
            "<text class='label' x='%d' y='%d'>%s</text>",
            x + 5, y + BAR - 6, Markup.escape(label(o))));
    if (places.containsKey(o.id()))
      out.append(format("<text class='place' x='%d' y='%d'>%s</text>", x + 1, y - 2, placesOf(o)));
    out.append("</g>\n");
  }

  private String placesOf(RecordedOp o) {
    List<Integer> all = places.get(o.id());
    return all.size() == 1 ? "" + all.getFirst() : all.getFirst() + " and again";
  }

  private String title(RecordedOp o) {
    String ended =
        switch (o.ending()) {
          case Ending.Ok(RecordedResult _, long time, int _) -> "ended at " + time;
          case Ending.Failed(long time, int _) -> "ended at " + time;
          case Ending.Unknown() -> "may take effect at any later time, or never";
        };
    String place = places.containsKey(o.id()) ? "; place in the order: " + placesOf(o) : "";
    return Markup.escape(
        format(
            "operation %d: %s; asked at %d, %s%s",
            o.id(), Words.text(o), o.invoked().time(), ended, place));
  }

  /// Formats with plain digits whatever the locale.
  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }

  private static String label(RecordedOp o) {
    return Words.asked(o.op(), Words.BAR_MAX) + " → " + Words.brief(o.ending());
  }

  private static int width(RecordedOp o) {
    return (int) Math.min(600, (label(o).length() * (long) CHARACTER) / 10 + 12);
  }

  private static String kind(RecordedOp o) {
    return switch (o.ending()) {
      case Ending.Failed _ -> "failed";
      case Ending.Unknown() -> "unknown";
      case Ending.Ok(RecordedResult result, long _, int _) ->
          switch (result) {
            case RecordedResult.Found _ -> "read";
            case RecordedResult.Absent(), RecordedResult.Mismatch(), RecordedResult.Exists() ->
                "quiet";
            case RecordedResult.Written _, RecordedResult.Deleted _ -> "write";
          };
    };
  }
}
