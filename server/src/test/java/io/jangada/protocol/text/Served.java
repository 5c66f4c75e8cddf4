package io.jangada.protocol.text;

import io.jangada.net.Loops;
import io.jangada.node.DurableMember;
import io.jangada.node.FollowerPolicy;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// A front on a free port, and the member behind it, alone in its cluster.
public final class Served implements AutoCloseable {
  static final int ID = 0;

  public final TextListener front;
  public final DurableMember member;
  final Loops loops = new Loops("text", 1);
  private final List<Client> clients = new ArrayList<>();

  private Served(Path directory, UnaryOperator<TextSettings> adjust) throws IOException {
    member = member(directory);
    front = TextListener.start(adjust.apply(settings()), loops);
  }

  /// With settings of its own, and not serving yet.
  public static Served held(Path directory, UnaryOperator<TextSettings> adjust) throws IOException {
    return new Served(directory, adjust);
  }

  public static Served with(Path directory, UnaryOperator<TextSettings> adjust) throws IOException {
    Served served = held(directory, adjust);
    served.front.serve(served.member.replica(), AdminHandler.NONE);
    return served;
  }

  public static Served usual(Path directory) throws IOException {
    return with(directory, settings -> settings);
  }

  public static TextSettings settings() {
    return TextSettings.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static DurableMember member(Path directory) throws IOException {
    RaftConfig raft = RaftConfig.of(ID, Membership.of(ID)).withTimes(2, 4, 1);
    var settings =
        new DurableMember.Settings(
            ReplicaSettings.of(raft).withFollowers(FollowerPolicy.FORWARD),
            Start.StorageSettings.small("text"));
    var surroundings =
        new DurableMember.Surroundings(new OsDisk(directory), _ -> {}, new SplittableRandom(1));
    return DurableMember.start(settings, surroundings, new Silent());
  }

  /// Nobody listens.
  static final class Silent implements DurableMember.Watcher {
    @Override
    public void event(RaftEvent event) {}

    @Override
    public void diskFull(boolean full) {}

    @Override
    public void stopped(Throwable cause) {}
  }

  Client client() throws IOException {
    Client client = new Client(front.address());
    clients.add(client);
    return client;
  }

  @Override
  public void close() throws IOException {
    for (Client one : clients) one.close();
    front.close();
    member.close();
    loops.close();
  }
}
