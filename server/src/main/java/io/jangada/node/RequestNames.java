package io.jangada.node;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Gives names to writes that come without one and are passed on, so that they are applied once
/// however often they arrive.
///
/// A session remembers so many answers of a client and no more; of a number below one that it has
/// forgotten it cannot tell whether it was done. Were all writes of a member one client's, the
/// first of many, lost on its way and sent again, could end as such. So there are several clients,
/// and none gets further ahead of its oldest open request than half of what a session remembers.
///
/// That is enough: let the number s be forgotten and o, below it, be open. With half of what is
/// remembered, w, what was applied after s was open when s was given out or came later, so it is
/// greater than s - w; and it is less than o + w. These are fewer than 2w.
final class RequestNames {
  private static final class Client {
    final int number;
    final Bytes name;
    final TreeSet<Long> open = new TreeSet<>();
    long next = 1;

    Client(int number, Bytes name) {
      this.number = number;
      this.name = name;
    }
  }

  /// A name in use.
  ///
  /// @param client the number of its client among those that were made here
  record Name(RequestId.Numbered id, int client) {}

  private final long bootId;
  private final int window;
  private final List<Client> clients = new ArrayList<>();

  /// @param bootId a number of this run of this member alone
  /// @param answersPerSession how many answers a session remembers
  RequestNames(long bootId, int answersPerSession) {
    this.bootId = bootId;
    this.window = Math.max(1, answersPerSession / 2);
  }

  /// The number of this run of this member alone.
  long bootId() {
    return bootId;
  }

  Name take() {
    for (Client client : clients)
      if (client.open.isEmpty() || client.next - client.open.first() < window) return take(client);
    Bytes name = new ByteWriter(12).putLong(bootId).putInt(clients.size()).toBytes();
    Client fresh = new Client(clients.size(), name);
    clients.add(fresh);
    return take(fresh);
  }

  private Name take(Client client) {
    long sequence = client.next++;
    client.open.add(sequence);
    return new Name(new RequestId.Numbered(client.name, sequence), client.number);
  }

  /// The request's reply is not awaited any more.
  void release(Name name) {
    clients.get(name.client).open.remove(name.id.sequence());
  }

  /// How many clients were made.
  int clients() {
    return clients.size();
  }
}
