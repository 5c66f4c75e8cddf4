package io.jangada.protocol.binary;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.protocol.text.Served;
import io.jangada.protocol.text.TextSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/// A member alone in its cluster, with clients of the binary protocol.
final class ServedBinary implements AutoCloseable {
  final Served served;
  private final List<BinaryClient> clients = new ArrayList<>();

  ServedBinary(Path directory, UnaryOperator<TextSettings> adjust) throws IOException {
    served = Served.with(directory, adjust);
  }

  ServedBinary(Path directory) throws IOException {
    this(directory, settings -> settings);
  }

  BinaryClient client() throws IOException {
    return added(new BinaryClient(served.front.address()));
  }

  /// One that has not sent its preface.
  BinaryClient stranger() throws IOException {
    return added(new BinaryClient(served.front.address(), false));
  }

  private BinaryClient added(BinaryClient client) {
    clients.add(client);
    return client;
  }

  /// Has former values kept from now on.
  void keepHistory() {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    served.member.replica().submit(new Operation.KeepHistory(true), null, done::complete);
    assertThat(done.join()).isInstanceOf(Outcome.Done.class);
  }

  /// A client's round trips, until something holds.
  static void askUntil(BinaryClient client, BooleanSupplier holds) throws IOException {
    long end = System.nanoTime() + BinaryClient.BOUND_MILLIS * 1_000_000L;
    while (!holds.getAsBoolean()) {
      client.ask(new Operation.Get(Bytes.utf8("nothing")));
      assertThat(System.nanoTime()).as("still waiting").isLessThan(end);
    }
  }

  static Operation.Put put(String key, String value) {
    return put(key, Bytes.utf8(value));
  }

  static Operation.Put put(String key, Bytes value) {
    return new Operation.Put(
        Bytes.utf8(key),
        new Change.Set(value, 0),
        new Lifetime.ForEver(),
        new Condition.Always(),
        false);
  }

  static Operation.Get get(String key) {
    return new Operation.Get(Bytes.utf8(key));
  }

  @Override
  public void close() throws IOException {
    for (BinaryClient one : clients) one.close();
    served.close();
  }
}
