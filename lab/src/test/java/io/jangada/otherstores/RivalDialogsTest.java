package io.jangada.otherstores;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bench.Contents;
import io.jangada.bench.Load;
import io.jangada.bench.LoadRun;
import io.jangada.bench.Measured;
import io.jangada.bench.OtherStore;
import io.jangada.bench.ProtocolDriver;
import io.jangada.bench.Workload;
import io.jangada.client.Endpoint;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What a comparison says to other stores, and whether it notices when they are wrong.
class RivalDialogsTest {
  private static final int LIES_AT = 20;

  private static Measured run(
      Endpoint server, Function<Contents, ProtocolDriver> dialog, Workload workload, int valueBytes)
      throws Exception {
    Load load =
        new Load(
            workload,
            new Load.Clients(3, 8, 0),
            new Load.Data(valueBytes, 50, true),
            new Load.Times(0.2, 0.05));
    try (LoadRun run = new LoadRun(server, (_, contents) -> () -> dialog.apply(contents))) {
      run.prefill(load);
      return run.run(load, LoadRun.Watcher.NONE);
    }
  }

  private interface Opening {
    StandIn open(int liesAt) throws IOException;
  }

  private static void goesThrough(Opening server, Function<Contents, ProtocolDriver> dialog)
      throws Exception {
    for (Workload workload : new Workload[] {Workload.put, Workload.get, Workload.mix}) {
      for (int valueBytes : new int[] {5, 300}) {
        try (StandIn right = server.open(StandIn.NEVER)) {
          Measured measured = run(right.endpoint(), dialog, workload, valueBytes);
          assertThat(measured.trouble()).as("%s of %d", workload, valueBytes).isNull();
          assertThat(measured.isGood()).isTrue();
          assertThat(right.values).hasSize(50);
        }
      }
    }
    try (StandIn liar = server.open(LIES_AT)) {
      Measured measured = run(liar.endpoint(), dialog, Workload.get, 100);
      assertThat(measured.wrong()).isEqualTo(1);
      assertThat(measured.trouble()).contains("another value");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void redis() throws Exception {
    goesThrough(RedisStandIn::new, RedisDriver::new);
  }

  private static final class RedisStandIn extends StandIn {
    RedisStandIn(int liesAt) throws IOException {
      super(liesAt);
    }

    @Override
    void serve(DataInputStream in, DataOutputStream out) throws IOException {
      while (true) {
        int words = number(in, '*');
        String verb = text(word(in));
        String key = text(word(in));
        if (words == 3) {
          assertThat(verb).isEqualTo("SET");
          values.put(key, word(in));
          out.write(bytes("+OK\r\n"));
        } else {
          assertThat(verb).isEqualTo("GET");
          byte[] value = read(key);
          out.write(bytes("$" + value.length + "\r\n" + text(value) + "\r\n"));
        }
      }
    }

    private static byte[] word(DataInputStream in) throws IOException {
      byte[] word = in.readNBytes(number(in, '$'));
      assertThat(text(in.readNBytes(2))).isEqualTo("\r\n");
      return word;
    }

    private static int number(DataInputStream in, char sign) throws IOException {
      if (in.readByte() != sign) throw new IOException("no " + sign);
      StringBuilder digits = new StringBuilder();
      for (char c; (c = (char) in.readByte()) != '\r'; ) digits.append(c);
      in.readByte();
      return Integer.parseInt(digits.toString());
    }
  }

  @Test
  void zooKeeper() throws Exception {
    goesThrough(ZooKeeperStandIn::new, ZooKeeperDriver::new);
  }

  private static final class ZooKeeperStandIn extends StandIn {
    private static final int STAT_BYTES = 68;

    ZooKeeperStandIn(int liesAt) throws IOException {
      super(liesAt);
    }

    @Override
    void serve(DataInputStream in, DataOutputStream out) throws IOException {
      in.readNBytes(in.readInt());
      reply(out, new byte[37]);
      while (true) {
        in.readInt();
        int xid = in.readInt();
        int type = in.readInt();
        String path = text(in.readNBytes(in.readInt()));
        switch (type) {
          case 1 -> {
            values.put(path, in.readNBytes(in.readInt()));
            in.readNBytes(4 + 4 + 4 + "world".length() + 4 + "anyone".length() + 4);
            answer(out, xid, 0, new byte[0]);
          }
          case 4 -> {
            assertThat(in.readByte()).isZero();
            byte[] value = read(path);
            answer(out, xid, 0, data(value));
          }
          case 5 -> {
            byte[] value = in.readNBytes(in.readInt());
            assertThat(in.readInt()).isEqualTo(-1);
            boolean isThere = values.replace(path, value) != null;
            answer(out, xid, isThere ? 0 : -101, new byte[isThere ? STAT_BYTES : 0]);
          }
          case 9 -> answer(out, xid, 0, new byte[0]);
          default -> throw new IOException("type " + type);
        }
      }
    }

    private static byte[] data(byte[] value) {
      return ByteBuffer.allocate(4 + value.length + STAT_BYTES)
          .putInt(value.length)
          .put(value)
          .array();
    }

    private static void answer(DataOutputStream out, int xid, int error, byte[] body)
        throws IOException {
      reply(
          out,
          ByteBuffer.allocate(16 + body.length)
              .putInt(xid)
              .putLong(7)
              .putInt(error)
              .put(body)
              .array());
    }

    private static void reply(DataOutputStream out, byte[] packet) throws IOException {
      out.writeInt(packet.length);
      out.write(packet);
    }
  }

  @Test
  void thoseThatThereAreSayWhatTheyNeed() {
    for (OtherStore rival : List.of(new Etcd(), new Redis(), new ZooKeeper()))
      rival.missing().ifPresent(needed -> assertThat(needed).contains("apt-get install"));
  }
}
