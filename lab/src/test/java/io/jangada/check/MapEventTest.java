package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.WatchEvent;
import io.jangada.sim.SlowKv;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MapEventTest {
  private final MapModel model = new MapModel(List.of(new MapItem("a", "0", 2, 2, 1)));
  private long revision = 2;

  private List<MapEvent> events(MapOp... steps) {
    int before = model.changes().size();
    model.apply(new MapOp.Transaction(List.of(), List.of(steps), List.of()), ++revision);
    return MapEvent.of(model.changes().subList(before, model.changes().size()));
  }

  private static MapOp put(String key, String value) {
    return new MapOp.Put(key, value);
  }

  private static MapOp delete(String key) {
    return new MapOp.Delete(KeyRange.of(key));
  }

  private static List<String> keys(List<MapEvent> events) {
    return events.stream().map(MapEvent::key).toList();
  }

  @Test
  @DisplayName("a revision has one event for each key, which says what its last step left")
  void onePerKey() {
    MapItem first = new MapItem("a", "0", 2, 2, 1);
    assertThat(events(put("a", "1"), put("b", "1"), put("a", "2")))
        .containsExactly(
            new MapEvent("a", new MapItem("a", "2", 2, 3, 2), first),
            new MapEvent("b", new MapItem("b", "1", 3, 3, 1), null));
    assertThat(events(delete("a"), put("b", "2"), put("a", "3")))
        .containsExactly(
            new MapEvent("b", new MapItem("b", "2", 3, 4, 2), new MapItem("b", "1", 3, 3, 1)),
            new MapEvent("a", new MapItem("a", "3", 4, 4, 1), new MapItem("a", "2", 2, 3, 2)));
    assertThat(events(put("b", "3"), delete("b")))
        .containsExactly(new MapEvent("b", null, new MapItem("b", "2", 3, 4, 2)));
  }

  @Test
  @DisplayName("a key that came and went was never there")
  void cameAndWent() {
    assertThat(events(put("c", "1"), delete("c"))).isEmpty();
    assertThat(keys(events(put("c", "1"), put("d", "1"), delete("c"), put("c", "2"))))
        .containsExactly("d", "c");
  }

  @Test
  @DisplayName("a store tells the same of the same steps")
  void asAStore() {
    SplittableRandom dice = new SplittableRandom(1);
    SlowKv kv = new SlowKv(KvLimits.DEFAULT.state());
    MapModel own = new MapModel(List.of());
    kv.apply(1, new Envelope(null, 0, new Operation.CountRevisions()));
    kv.apply(2, new Envelope(null, 0, new Operation.KeepHistory(true)));
    for (int index = 3; index < 500; index++) {
      List<MapOp> steps = new ArrayList<>();
      List<Operation.Step> same = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        String key = "" + (char) ('a' + dice.nextInt(3));
        Bytes bytes = Bytes.utf8(key);
        boolean isPut = dice.nextBoolean();
        steps.add(isPut ? put(key, "" + i) : delete(key));
        same.add(
            isPut
                ? new Operation.Write(bytes, Bytes.utf8("" + i), 0, new Condition.Always())
                : new Operation.Delete(bytes, new Condition.Always()));
      }
      kv.apply(index, new Envelope(null, 0, new Operation.Transaction(List.of(), same, List.of())));
      int before = own.changes().size();
      own.apply(new MapOp.Transaction(List.of(), steps, List.of()), kv.revision());
      List<MapEvent> events = MapEvent.of(own.changes().subList(before, own.changes().size()));
      if (events.isEmpty()) continue;
      assertThat(events.stream().map(MapEventTest::told).toList())
          .as("%s", steps)
          .isEqualTo(kv.events(kv.revision()).stream().map(MapEventTest::told).toList());
    }
  }

  private static String told(MapEvent event) {
    String former = event.former() == null ? "none" : event.former().value();
    String item = event.item() == null ? "removed" : event.item().value();
    return event.key() + " " + item + ", before " + former;
  }

  private static String told(WatchEvent event) {
    String former = event.former() == null ? "none" : event.former().value().toUtf8();
    String item = event.removed() ? "removed" : event.entry().value().toUtf8();
    return event.entry().key().toUtf8() + " " + item + ", before " + former;
  }
}
