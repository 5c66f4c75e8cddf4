package io.jangada.check;

import java.util.List;
import java.util.Map;

/// A history and its verdict as one HTML page that needs nothing else: no script, no picture or
/// font from elsewhere. All that came from outside is escaped. `docs/CHECKING.md` says how to read
/// it.
///
/// Of a history that is not linearizable, the key that is not, about the failure; of others the
/// first operations of the first keys. It says how many it leaves out.
public final class HistoryPage {
  /// The most keys drawn.
  public static final int KEYS_MAX = 5;

  /// The most operations listed in a row of text.
  static final int LISTED_MAX = 40;

  private static final String STYLE =
      """
      body { font: 15px/1.45 sans-serif; margin: 24px; color: #1c2430; background: #fff; }
      h1 { font-size: 22px; margin: 0 0 8px; }
      h2 { font-size: 17px; margin: 28px 0 4px; }
      .why { border-left: 6px solid #b8c0cc; padding: 8px 14px; background: #f4f6f9; }
      .bad { border-color: #d3212d; background: #fdf0f0; }
      .good { border-color: #2e8b57; background: #eff8f2; }
      .open { border-color: #d08a00; background: #fff7e6; }
      .note { color: #5a6675; font-size: 13px; margin: 2px 0 8px; }
      .scroll { overflow-x: auto; border: 1px solid #d5dbe3; }
      svg { display: block; }
      svg text { font: 11px monospace; fill: #1c2430; }
      svg .process { font-weight: bold; }
      svg .time, svg .place { font-size: 9px; fill: #6b7788; }
      .lane { stroke: #e6eaf0; }
      .tick { stroke: #eef1f5; }
      g rect, g path { stroke-width: 1; }
      .read rect { fill: #dcebfb; stroke: #4a86c5; }
      .quiet rect { fill: #eceff3; stroke: #8794a5; }
      .write rect { fill: #d9f0df; stroke: #3c9a5f; }
      .failed rect { fill: #fff; stroke: #aab3bf; }
      .failed .label { fill: #8a94a1; text-decoration: line-through; }
      .unknown path { fill: #fff3d6; stroke: #c98a10; stroke-dasharray: 4 2; }
      .stuck rect, .stuck path { fill: #f9c9cc; stroke: #d3212d; stroke-width: 3; }
      .stuck .label { font-weight: bold; }
      .stuck { scroll-margin: 45vh 30vw; }
      .legend span { display: inline-block; padding: 0 8px; margin-right: 8px; font-size: 13px;
        border: 1px solid; }
      table { border-collapse: collapse; font-size: 13px; }
      th, td { border: 1px solid #d5dbe3; padding: 4px 8px; text-align: left; vertical-align: top;
        overflow-wrap: anywhere; }
      th { background: #f4f6f9; }
      ol { margin: 0; padding-left: 22px; }
      """;

  private static final String LEGEND =
      """
      <p class="legend"><span style="background:#d9f0df">changed something</span>\
      <span style="background:#dcebfb">saw a value</span>\
      <span style="background:#eceff3">found it otherwise, changed nothing</span>\
      <span style="background:#fff3d6;border-style:dashed">unknown: open end, may take effect \
      at any later time or never</span>\
      <span style="color:#8a94a1"><s>certainly failed</s></span>\
      <span style="background:#f9c9cc;border-color:#d3212d">cannot be placed</span></p>
      <p class="note">From left to right in the order of events; distances are not in proportion \
      to time, which stands on top. Two bars that share a moment may have taken effect in either \
      order. The small number above a bar is its place in the order found. Hold the pointer over a \
      bar for the whole of it.</p>
      """;

  private final StringBuilder out = new StringBuilder();
  private final History history;

  private HistoryPage(History history) {
    this.history = history;
  }

  /// The page of a history and what [Checker#check] said of it.
  public static String draw(History history, Verdict verdict) {
    HistoryPage page = new HistoryPage(history);
    page.head(verdict);
    switch (verdict) {
      case Verdict.NotLinearizable bad -> page.bad(bad);
      case Verdict.Linearizable(List<Verdict.Order> orders) -> page.good(orders);
      case Verdict.Undecided open -> page.open(open);
    }
    return page.out.append("</body>\n</html>\n").toString();
  }

  private void head(Verdict verdict) {
    String title =
        switch (verdict) {
          case Verdict.NotLinearizable _ -> "Not linearizable";
          case Verdict.Linearizable _ -> "Linearizable";
          case Verdict.Undecided _ -> "Undecided";
        };
    String kind =
        switch (verdict) {
          case Verdict.NotLinearizable _ -> "bad";
          case Verdict.Linearizable _ -> "good";
          case Verdict.Undecided _ -> "open";
        };
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.append("<title>").append(title).append("</title>\n<style>\n").append(STYLE);
    out.append("</style>\n</head>\n<body>\n<h1>").append(title).append("</h1>\n");
    out.append("<p class=\"why ").append(kind).append("\">").append(text(verdict.toString()));
    out.append("</p>\n<p class=\"note\">").append(history.operations().size());
    out.append(" operations, keys: ").append(history.byKey().size()).append(".</p>\n");
  }

  private void bad(Verdict.NotLinearizable bad) {
    List<RecordedOp> operations = history.byKey().get(bad.key());
    Window window = Window.about(bad.moment(), bad.stuck().id(), operations);
    key(bad.key(), window, "those about the failure");
    out.append(LEGEND).append("<p><a href=\"#stuck\">Show what cannot be placed</a></p>\n");
    picture(Drawing.draw(window, bad.stuck().id(), bad.longest()));
    earlierUnknown(window);
    attempts(bad);
    longest(bad.longest());
  }

  private void good(List<Verdict.Order> orders) {
    Map<String, List<RecordedOp>> keys = history.byKey();
    out.append(LEGEND);
    for (Verdict.Order order : orders.subList(0, Math.min(KEYS_MAX, orders.size()))) {
      Window window = Window.about(-1, -1, keys.get(order.key()));
      key(order.key(), window, "the first");
      picture(Drawing.draw(window, -1, order.operations()));
    }
    if (orders.size() > KEYS_MAX) {
      out.append("<p class=\"note\">").append(orders.size() - KEYS_MAX);
      out.append(" more keys are not drawn.</p>\n");
    }
  }

  private void open(Verdict.Undecided open) {
    Window window = Window.about(-1, -1, history.byKey().get(open.key()));
    key(open.key(), window, "the first");
    out.append(LEGEND);
    picture(Drawing.draw(window, -1, List.of()));
  }

  private void key(String key, Window window, String which) {
    out.append("<h2>Key ").append(text(Words.value(key))).append("</h2>\n<p class=\"note\">");
    if (window.whole()) {
      out.append("All ").append(window.outOf()).append(" operations on it are drawn");
    } else {
      out.append("Only ").append(window.shown().size()).append(" of ").append(window.outOf());
      out.append(" operations on it are drawn, ").append(which);
    }
    out.append("; no operation on another key matters to it.</p>\n");
  }

  private void picture(String svg) {
    out.append("<div class=\"scroll\">\n").append(svg).append("</div>\n");
  }

  private void earlierUnknown(Window window) {
    List<RecordedOp> unknown = window.earlierUnknown();
    if (unknown.isEmpty()) return;
    List<RecordedOp> last =
        unknown.subList(Math.max(0, unknown.size() - LISTED_MAX), unknown.size());
    out.append("<h2>Unknown from before the picture</h2>\n<p class=\"note\">");
    out.append("These could still take effect in it");
    if (last.size() < unknown.size()) {
      out.append(" (the last ").append(last.size()).append(" of ").append(unknown.size());
      out.append(")");
    }
    out.append(".</p>\n<p>");
    for (RecordedOp operation : last)
      out.append(text(Words.asked(operation.op()) + " by p" + operation.process())).append("; ");
    out.append("</p>\n");
  }

  private void attempts(Verdict.NotLinearizable bad) {
    out.append(
        "<h2>How far any order gets</h2>\n<p class=\"note\">Orders that hold all that had to ");
    out.append("take effect before: their last operations, what was there then, and why the next ");
    out.append("one does not fit.</p>\n<table>\n<tr><th>last operations</th><th>then</th>");
    out.append("<th>but</th></tr>\n");
    for (Verdict.Attempt attempt : bad.attempts()) {
      out.append("<tr><td><ol>");
      attempt.last().forEach(o -> out.append("<li>").append(text(Words.text(o))).append("</li>"));
      out.append("</ol></td><td>").append(text(attempt.state())).append("</td><td>");
      out.append(text(attempt.refusal())).append("</td></tr>\n");
    }
    out.append("</table>\n");
  }

  private void longest(List<RecordedOp> order) {
    int from = Math.max(0, order.size() - LISTED_MAX);
    out.append("<h2>One of the longest orders</h2>\n<p class=\"note\">");
    out.append(order.size()).append(" operations");
    if (from > 0) out.append(", the last ").append(LISTED_MAX);
    out.append(".</p>\n<table>\n<tr><th>place</th><th>operation</th></tr>\n");
    for (int i = from; i < order.size(); i++) {
      out.append("<tr><td>").append(i + 1).append("</td><td>");
      out.append(text(Words.text(order.get(i)))).append("</td></tr>\n");
    }
    out.append("</table>\n");
  }

  private static String text(String text) {
    return Markup.escape(text);
  }
}
