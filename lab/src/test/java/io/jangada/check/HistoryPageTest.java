package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class HistoryPageTest {

  @Test
  void standsAloneAndTellsWhy() {
    Story story = new Story().writes(1, "a").asks(4, new Op.Write("c")).givesUp(4);
    story.asks(4, new Op.Delete()).isRefused(4).writes(2, "b").reads(3, "a");
    String page = page(story.history());
    assertThat(page)
        .contains("<h1>Not linearizable</h1>")
        .contains("key x: read by p3 saw a, possible values were b or c")
        .contains("All 5 operations on it are drawn")
        .contains("<g class='read stuck' id='stuck'><title>operation 4: read by p3 saw a;")
        .contains("<g class='unknown'><title>operation 1: write c by p4")
        .contains("may take effect at any later time, or never")
        .contains("<g class='failed'>")
        .doesNotContain("<script", "<img", "<link", "url(", "@import", "src=")
        .doesNotContainPattern("https?://(?!www\\.w3\\.org/2000/svg)");
    assertThat(page.split("<g class=")).hasSize(6);
  }

  @Test
  void escapesWhateverComesFromOutside() throws Exception {
    String evil = "</title><script>\u202e\u0000\ud800\"'&amp;";
    History.Recorder recorder = new History.Recorder();
    int write = recorder.invoke(1, evil, new Op.Write(evil), 0);
    recorder.complete(write, new RecordedResult.Written(), 1);
    recorder.invoke(1, evil, new Op.Cas(evil, evil + evil), 2);
    int read = recorder.invoke(2, evil, new Op.Read(), 2);
    recorder.complete(read, new RecordedResult.Found("]]><svg onload=x>"), 3);
    String page = page(recorder.history());
    assertThat(page)
        .doesNotContain("<script", "<svg onload", "&amp;amp;amp;")
        .doesNotContain("\u0000", "\u202e", "\ud800");
    assertThat(page).contains("&lt;script&gt;").contains("\\u202e");
    String svg = page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + 6);
    var factory = DocumentBuilderFactory.newDefaultInstance();
    var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    assertThat(document.getElementsByTagName("title").getLength()).isEqualTo(3);
    assertThat(document.getElementsByTagName("title").item(0).getTextContent())
        .startsWith("operation 0: write \"</title><script>\\u202e\\u0000\\ud800\\\"'&amp;\" by p1");
  }

  @Test
  void ofThousandsDrawsThoseAboutTheFailureAndSaysSo() {
    SplittableRandom dice = new SplittableRandom(4);
    RandomHistory.Shape shape = new RandomHistory.Shape(5_000, 10, 1, 0, 20, 10, 0);
    History real = RandomHistory.draw(shape, dice);
    RecordedOp victim =
        real.operations().stream()
            .filter(o -> o.id() > 2500 && o.ending() instanceof Ending.Ok)
            .filter(o -> o.op() instanceof Op.Read)
            .findFirst()
            .orElseThrow();
    History bad = RandomHistory.withAnswer(real, victim.id(), new RecordedResult.Found("never"));
    String page = page(bad);
    assertThat(page)
        .containsPattern("Only \\d+ of 5000 operations on it are drawn, those about the failure")
        .contains("id='stuck'><title>operation " + victim.id() + ":")
        .contains("Unknown from before the picture");
    assertThat(page.split("<g class=").length - 1).isBetween(90, 120);
    assertThat(page.length()).isLessThan(200_000);
  }

  @Test
  void drawsBarsInTheOrderOfEventsAndNoneOverAnotherOfItsLane() throws Exception {
    SplittableRandom dice = new SplittableRandom(9);
    RandomHistory.Shape shape = new RandomHistory.Shape(80, 4, 1, 5, 100, 50, 5);
    History history = RandomHistory.draw(shape, dice);
    String page = page(history);
    String svg = page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + 6);
    var builder = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
    var labels = builder.parse(new InputSource(new StringReader(svg))).getElementsByTagName("g");
    assertThat(labels.getLength()).isEqualTo(80);
    var lastX = new java.util.HashMap<String, Integer>();
    for (int i = 0; i < labels.getLength(); i++) {
      var bar = (org.w3c.dom.Element) labels.item(i);
      var text = (org.w3c.dom.Element) bar.getElementsByTagName("text").item(0);
      int x = Integer.parseInt(text.getAttribute("x"));
      int width = (int) (text.getTextContent().length() * 6.6);
      assertThat(x).isGreaterThan(lastX.getOrDefault(text.getAttribute("y"), 0));
      lastX.put(text.getAttribute("y"), x + width);
    }
  }

  @Test
  void drawsGoodAndUndecidedHistoriesToo() {
    SplittableRandom dice = new SplittableRandom(5);
    RandomHistory.Shape shape = new RandomHistory.Shape(1_000, 5, 8, 3, 20, 10, 0);
    History history = RandomHistory.draw(shape, dice);
    assertThat(page(history))
        .contains("<h1>Linearizable</h1>")
        .contains("3 more keys are not drawn")
        .contains("operations on it are drawn, the first");
    Checker hasty = new Checker(new Checker.Limits(10, 1_000_000));
    assertThat(HistoryPage.draw(history, hasty.check(history)))
        .contains("<h1>Undecided</h1>")
        .contains("tried 10 placements");
    assertThat(page(new Story().history())).contains("<h1>Linearizable</h1>");
  }

  private static String page(History history) {
    return HistoryPage.draw(history, new Checker().check(history));
  }
}
