package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.BinaryMessages;
import io.jangada.codec.Frames;
import io.jangada.codec.RandomMessages;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who may connect, and what is told of those who may not.
class HandshakeTest {
  private static final int VERSION = Handshake.VERSION;

  private static final LinkSettings.Times IMPATIENT = new LinkSettings.Times(300, 1, 4, 400);

  private final Ends ends = new Ends();

  @AfterEach
  void closeAll() {
    ends.close();
  }

  private static byte[] bytes(Consumer<ByteBuf> writing) {
    ByteBuf out = Unpooled.buffer();
    writing.accept(out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private static byte[] hello(int from, int to) {
    return bytes(
        out -> Handshake.write(out, new Handshake.Hello(Ends.IDENTITY, from, to, 4_001), VERSION));
  }

  /// What a member says, up to the end of the connection, to somebody who sends these bytes.
  private static ByteBuf answer(Ends.End end, byte[]... sent) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(end.links.address(), 10_000);
      socket.setSoTimeout((int) (Ends.BOUND_SECONDS * 1_000));
      for (byte[] one : sent) socket.getOutputStream().write(one);
      return Unpooled.wrappedBuffer(socket.getInputStream().readAllBytes());
    } catch (IOException reset) {
      // What a member did not read of the garbage resets the connection, and the answer may be
      // lost.
      return Unpooled.EMPTY_BUFFER;
    }
  }

  private static Handshake.Verdict verdict(ByteBuf answer) {
    assertThat(Handshake.readVersion(answer, "it")).isEqualTo(VERSION);
    return Handshake.readVerdict(answer, VERSION);
  }

  @Test
  void another_cluster_is_refused_by_name_and_both_ends_say_so_once() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End other =
        ends.open(LinkSettings.of("stock", 2, Ends.loopback(0), ends.loops).withTimes(Ends.HASTY));
    ends.addresses.put(2, other.links.address());
    for (int term = 1; term == 1 || one.stats(2).attempts().refusals() < 5; term++) {
      one.send(2, term);
      assertThat(other.nextTerm(5)).isEqualTo(-1);
    }
    LinkEvent.Refused refused = one.next(LinkEvent.Refused.class);
    assertThat(refused.peer()).isEqualTo(2);
    assertThat(refused.reason())
        .contains(AddressText.text(other.links.address()), "'orders'", "'stock'");
    LinkEvent.TurnedAway turnedAway = other.next(LinkEvent.TurnedAway.class);
    assertThat(turnedAway.address()).isEqualTo("127.0.0.1");
    assertThat(turnedAway.reason()).contains("member 1", "'orders'", "member 2", "'stock'");
    assertThat(one.events).isEmpty();
    assertThat(other.events).isEmpty();
  }

  @Test
  void what_a_stranger_calls_its_cluster_is_no_line_of_its_own() throws Exception {
    Ends.End one = ends.open(1);
    ClusterIdentity stranger =
        new ClusterIdentity("x\r\nserver 1 leads\u001b[2J\u2028", 0, 0, false);
    answer(
        one,
        bytes(out -> Handshake.write(out, new Handshake.Hello(stranger, 2, 1, 4_001), VERSION)));
    assertThat(one.nextEvent().text()).contains("'x..server 1 leads.[2J.'");
  }

  @Test
  void who_looks_for_another_member_is_told_whom_it_reached() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End three = ends.open(3);
    ends.addresses.put(2, three.links.address());
    one.send(2, 1);
    assertThat(one.next(LinkEvent.Refused.class).reason()).contains("member 2", "member 3");
    assertThat(three.next(LinkEvent.TurnedAway.class).reason())
        .contains("member 1", "member 2", "member 3");
  }

  @Test
  void two_servers_of_one_number_are_told_apart() throws Exception {
    Ends.End one = ends.open(1);
    assertThat(verdict(answer(one, hello(1, 1))).reason()).contains("member 1", "itself");
  }

  @Test
  void another_version_is_refused_in_words_that_all_versions_know() throws Exception {
    Ends.End one = ends.open(1);
    byte[] hello = hello(2, 1);
    hello[7] = 9;
    Handshake.Verdict verdict = verdict(answer(one, hello));
    String reason = "unsupported version 9 of the protocol, known is 2";
    assertThat(verdict).isEqualTo(new Handshake.Verdict(false, Ends.IDENTITY, 1, reason));
    assertThat(one.next(LinkEvent.TurnedAway.class).reason()).isEqualTo(reason);
  }

  @Test
  void a_peer_of_another_version_is_told_of() throws Exception {
    Ends.End one = ends.open(1);
    assertThat(told(one, "jangada\4".getBytes(StandardCharsets.US_ASCII))).contains("version 4");
  }

  @Test
  void a_server_that_is_no_member_is_told_of() throws Exception {
    Ends.End one = ends.open(1);
    assertThat(told(one, "220 mail.example.org ESMTP\r\n".getBytes(StandardCharsets.US_ASCII)))
        .contains("'220 mail.example.org ESM'");
  }

  @Test
  void a_peer_that_takes_connections_and_says_nothing_is_given_up() throws Exception {
    Ends.End one = ends.open(ends.settings(1).withTimes(IMPATIENT));
    assertThat(told(one)).contains("300 ms");
  }

  /// What a member tells of a peer that answers every hello in these words.
  private String told(Ends.End one, byte... words) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, Ends.loopback(0).getAddress())) {
      ends.addresses.put(2, Ends.loopback(server.getLocalPort()));
      one.send(2, 1);
      try (Socket socket = server.accept()) {
        socket.getOutputStream().write(words);
        LinkEvent.Unreachable event = one.next(LinkEvent.Unreachable.class);
        assertThat(event.peer()).isEqualTo(2);
        return event.reason();
      }
    }
  }

  @Test
  void garbage_is_turned_away_with_a_word_about_it() throws Exception {
    Ends.End one = ends.open(1);
    byte[] request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(answer(one, request).isReadable()).isFalse();
    assertThat(one.next(LinkEvent.TurnedAway.class).reason())
        .contains("'GET / HTTP/1.1..Host: x.'");
  }

  @Test
  void who_says_nothing_is_turned_away_in_time() throws Exception {
    Ends.End one = ends.open(ends.settings(1).withTimes(IMPATIENT));
    assertThat(answer(one).isReadable()).isFalse();
    assertThat(one.next(LinkEvent.TurnedAway.class).reason()).contains("300 ms");
  }

  @Test
  void a_hello_that_lies_about_its_length_is_turned_away_at_once() throws Exception {
    Ends.End one = ends.open(1);
    byte[] hello = hello(2, 1);
    hello[8] = 0x7f;
    answer(one, hello);
    assertThat(one.next(LinkEvent.TurnedAway.class).reason()).contains("1024");
  }

  @Test
  void a_frame_beyond_the_limit_ends_the_connection_with_a_word_about_it() throws Exception {
    Ends.End one = ends.open(1);
    assertThat(ending(one, new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 0})).contains("2130706432");
  }

  @Test
  void a_frame_that_was_damaged_ends_the_connection_with_a_word_about_it() throws Exception {
    Ends.End one = ends.open(1);
    byte[] frame =
        bytes(out -> Frames.write(out, RandomMessages.any(new Random(1), 2, 1), 1 << 20));
    frame[frame.length - 1] ^= 1;
    assertThat(ending(one, frame)).contains("checksum");
    assertThat(one.received).isEmpty();
  }

  @Test
  void a_frame_that_is_no_message_ends_the_connection_with_a_word_about_it() throws Exception {
    Ends.End one = ends.open(1);
    byte[] frame =
        bytes(
            out -> {
              int start = Frames.begin(out);
              out.writeByte(BinaryMessages.FORMAT).writeByte(99).writeZero(16);
              Frames.end(out, start);
            });
    assertThat(ending(one, frame)).contains("kind 99");
  }

  @Test
  void a_peer_that_ends_a_connection_for_a_reason_says_so() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(ends.settings(2).withLimits(new LinkSettings.Limits(1_024, 1 << 20)));
    ends.addresses.put(2, two.links.address());
    assertThat(Ends.isReached(one, two)).isTrue();
    one.events.clear();
    Bytes data = Bytes.wrap(new byte[2_000]);
    Entry entry = new Entry(1, 1, Entry.Kind.COMMAND, data);
    Message large = new Message.AppendEntries(1, 2, 1, EntryId.ZERO, List.of(entry), 0, 0);
    one.links.send(new PeerMessage.Raft(large, 0));
    LinkEvent.Lost lost = one.next(LinkEvent.Lost.class);
    assertThat(lost.peer()).isEqualTo(2);
    assertThat(lost.reason()).contains("2067", "1024");
  }

  @Test
  void of_too_many_who_say_nothing_the_first_goes_and_members_still_come_in() throws Exception {
    Ends.End one = ends.open(1);
    List<Socket> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket stranger = new Socket();
        stranger.connect(one.links.address(), 10_000);
        strangers.add(stranger);
      }
      assertThat(one.next(LinkEvent.TurnedAway.class).reason()).contains("too many");
      assertThat(strangers.getFirst().getInputStream().read()).isEqualTo(-1);
      assertThat(Ends.isReached(ends.open(2), one)).isTrue();
    } finally {
      for (Socket stranger : strangers) stranger.close();
    }
  }

  private static String ending(Ends.End one, byte[] frame) throws Exception {
    answer(one, hello(2, 1), frame);
    assertThat(one.nextEvent()).isEqualTo(new LinkEvent.Accepted(2, "127.0.0.1"));
    LinkEvent.Left left = one.next(LinkEvent.Left.class);
    assertThat(left.peer()).isEqualTo(2);
    return left.reason();
  }

  @Test
  void a_second_connection_of_a_peer_takes_the_place_of_the_first() throws Exception {
    Ends.End one = ends.open(1);
    try (Socket first = new Socket()) {
      first.connect(one.links.address(), 10_000);
      first.setSoTimeout((int) (Ends.BOUND_SECONDS * 1_000));
      first.getOutputStream().write(hello(2, 1));
      InputStream in = first.getInputStream();
      assertThat(in.read()).isEqualTo('j');
      assertThat(one.nextEvent()).isEqualTo(new LinkEvent.Accepted(2, "127.0.0.1"));
      Ends.End two = ends.open(2);
      assertThat(Ends.isReached(two, one)).isTrue();
      assertThat(in.readAllBytes()).isNotEmpty();
      assertThat(one.next(LinkEvent.Left.class).reason()).contains("newer");
    }
  }

  @Test
  void a_hello_and_a_verdict_come_back_as_they_were() {
    ClusterIdentity cluster = new ClusterIdentity("c", -3, 7, true);
    for (int version = 1; version <= VERSION; version++) {
      ClusterIdentity said = version == 1 ? ClusterIdentity.named("c") : cluster;
      Handshake.Hello hello = new Handshake.Hello(cluster, 0, Integer.MAX_VALUE, 65_535);
      ByteBuf out = Unpooled.buffer();
      Handshake.write(out, hello, version);
      assertThat(Handshake.readVersion(out, "it")).isEqualTo(version);
      assertThat(Handshake.readHello(out, version))
          .isEqualTo(new Handshake.Hello(said, 0, Integer.MAX_VALUE, 65_535));
      Handshake.write(out, new Handshake.Verdict(true, cluster, 3, "é"), version);
      assertThat(Handshake.readVersion(out, "it")).isEqualTo(version);
      assertThat(Handshake.readVerdict(out, version))
          .isEqualTo(new Handshake.Verdict(true, said, 3, "é"));
      assertThat(out.isReadable()).isFalse();
    }
  }

  private static ClusterIdentity of(long id, long restoredFrom) {
    return new ClusterIdentity(Ends.CLUSTER, id, restoredFrom, true);
  }

  @Test
  void clusters_of_one_name_are_told_apart_by_their_ids_on_both_sides() throws Exception {
    Ends.End one = ends.open(ends.settings(1).withTimes(Ends.HASTY));
    Ends.End two = ends.open(2);
    one.links.identify(of(0xa, 0));
    two.links.identify(of(0xb, 0));
    for (int term = 1; term == 1 || one.stats(2).attempts().refusals() < 2; term++) {
      one.send(2, term);
      assertThat(two.nextTerm(5)).isEqualTo(-1);
    }
    String[] ids = {"000000000000000a", "000000000000000b"};
    assertThat(one.next(LinkEvent.Refused.class).reason()).contains(ids);
    assertThat(two.next(LinkEvent.TurnedAway.class).reason()).contains(ids);
  }

  @Test
  void an_id_that_is_learnt_later_ends_only_connections_of_other_clusters() throws Exception {
    Ends.End one = ends.open(ends.settings(1).withTimes(Ends.HASTY));
    Ends.End two = ends.open(2);
    Ends.End three = ends.open(3);
    assertThat(Ends.isReached(one, two)).isTrue();
    assertThat(Ends.isReached(one, three)).isTrue();
    two.links.identify(of(0xa, 0));
    three.links.identify(of(0xb, 0));
    one.links.identify(of(0xa, 0));
    assertThat(three.gone.poll(Ends.BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(Ends.isReached(one, two)).isTrue();
    assertThat(two.gone).as("the connection of its own cluster stays").isEmpty();
    one.send(3, 99);
    assertThat(three.nextTerm(50)).isEqualTo(-1);
  }

  @Test
  void a_restored_member_is_of_its_new_cluster_or_of_the_old_one_until_that_is_decided() {
    ClusterIdentity restored = of(0xd, 0xa);
    assertThat(restored.isCompatible(of(0xa, 0)) && of(0xa, 0).isCompatible(restored)).isTrue();
    assertThat(restored.isCompatible(of(0xd, 0)) && of(0xd, 0).isCompatible(restored)).isTrue();
    assertThat(restored.isCompatible(of(0xe, 0xa)) || of(0xe, 0xa).isCompatible(restored))
        .as("restored from another backup of the same cluster")
        .isFalse();
    assertThat(of(0xd, 0).isCompatible(of(0xa, 0))).isFalse();
    assertThat(of(0, 0).isCompatible(of(0xa, 0))).isTrue();
    assertThat(of(0, 0).isCompatible(ClusterIdentity.named("stock"))).isFalse();
  }

  /// A server of the version before cluster ids: refuses others in its own words, and takes what
  /// comes after a hello of its own version.
  private static void answerAsPlain(ServerSocket server) {
    try {
      for (int said = VERSION; said != 1; ) {
        Socket socket = server.accept();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] preamble = new byte[Handshake.PREAMBLE_BYTES];
        in.readFully(preamble);
        in.readFully(new byte[in.readInt() + 4]);
        said = preamble[7];
        Handshake.Verdict verdict =
            new Handshake.Verdict(said == 1, Ends.IDENTITY, 2, said == 1 ? "" : "unsupported");
        socket.getOutputStream().write(bytes(out -> Handshake.write(out, verdict, 1)));
        if (said != 1) socket.close();
      }
    } catch (IOException e) {
      // The test notices that nothing came.
    }
  }

  @Test
  void a_peer_of_the_version_before_is_spoken_to_in_that() throws Exception {
    Ends.End one = ends.open(ends.settings(1).withTimes(Ends.HASTY));
    one.links.identify(of(0xa, 0));
    try (ServerSocket server = new ServerSocket(0, 8, Ends.loopback(0).getAddress())) {
      ends.addresses.put(2, Ends.loopback(server.getLocalPort()));
      Thread.ofVirtual().start(() -> answerAsPlain(server));
      String event;
      do {
        one.send(2, 1);
        LinkEvent next = one.events.poll(5, TimeUnit.MILLISECONDS);
        event = next == null ? "" : next.text();
      } while (!event.startsWith("connected to member 2"));
      assertThat(one.links.isIdentified(2)).isFalse();
    }
  }

  @Test
  void a_hello_of_the_version_before_is_welcome() throws Exception {
    Ends.End one = ends.open(1);
    one.links.identify(of(0xa, 0));
    byte[] hello =
        bytes(out -> Handshake.write(out, new Handshake.Hello(Ends.IDENTITY, 2, 1, 4_001), 1));
    try (Socket socket = new Socket()) {
      socket.connect(one.links.address(), 10_000);
      socket.setSoTimeout((int) (Ends.BOUND_SECONDS * 1_000));
      socket.getOutputStream().write(hello);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] preamble = new byte[Handshake.PREAMBLE_BYTES];
      in.readFully(preamble);
      assertThat(preamble[7]).isEqualTo((byte) 1);
      int length = in.readInt();
      byte[] frame = new byte[length + 4];
      in.readFully(frame);
      assertThat(frame[4]).as("welcome").isZero();
    }
  }

  @Test
  void a_port_that_cannot_be_is_malformed() {
    ByteBuf out = Unpooled.buffer();
    Handshake.write(out, new Handshake.Hello(ClusterIdentity.named("c"), 1, 2, 65_536), VERSION);
    out.skipBytes(Handshake.PREAMBLE_BYTES);
    assertThatThrownBy(() -> Handshake.readHello(out, VERSION))
        .isInstanceOf(MalformedException.class);
  }
}
