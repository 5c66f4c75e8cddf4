package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RequestNamesTest {
  private static final int ANSWERS = 8;

  private final RequestNames names = new RequestNames(42, ANSWERS);

  @Test
  @DisplayName("no name is given twice, and one client is enough while answers come")
  void distinct() {
    HashSet<Object> given = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      RequestNames.Name name = names.take();
      assertThat(given.add(name.id())).isTrue();
      names.release(name);
    }
    assertThat(names.clients()).isEqualTo(1);
  }

  @Test
  @DisplayName("many open requests are spread over clients, which are used again afterwards")
  void spread() {
    List<RequestNames.Name> open = new ArrayList<>();
    for (int i = 0; i < 10 * ANSWERS; i++) open.add(names.take());
    assertThat(names.clients()).isEqualTo(20);
    open.forEach(names::release);
    for (int i = 0; i < 10 * ANSWERS; i++) names.take();
    assertThat(names.clients()).isEqualTo(20);
  }

  @Test
  @DisplayName("two lives of a member share no client")
  void lives() {
    RequestNames.Name here = names.take();
    RequestNames.Name there = new RequestNames(43, ANSWERS).take();
    assertThat(here.id().client()).isNotEqualTo(there.id().client());
  }

  @Test
  @DisplayName("in whatever order they arrive, no session takes a new request for a forgotten one")
  void neverForgotten() {
    for (long seed = 1; seed <= 300; seed++) neverForgotten(seed);
  }

  private static void neverForgotten(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    KvLimits limits = new KvLimits(100, 100, new KvLimits.State(1_000, ANSWERS, 10_000, 1, 10));
    KvStore store = new KvStore(limits);
    RequestNames names = new RequestNames(seed, ANSWERS);
    List<RequestNames.Name> open = new ArrayList<>();
    Operation.Command write =
        new Operation.Write(Bytes.utf8("k"), Bytes.EMPTY, 0, new Condition.Always());
    for (long index = 1; index <= 400; index++) {
      while (open.isEmpty() || random.nextInt(4) > 0) open.add(names.take());
      RequestNames.Name next = open.remove(random.nextInt(random.nextInt(open.size()) + 1));
      Result result = store.apply(index, new Envelope(next.id(), 0, write));
      assertThat(result).as("seed %d, index %d", seed, index).isInstanceOf(Result.Written.class);
      names.release(next);
    }
  }
}
