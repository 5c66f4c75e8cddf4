package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Incarnation;
import io.jangada.store.IncarnationFile.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IncarnationFileTest {
  private final MemoryDisk disk = new MemoryDisk();

  private static String text(MemoryDisk disk) throws IOException {
    try (DiskFile file = disk.open("standing")) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.read(0, bytes);
      return new String(bytes.array(), StandardCharsets.US_ASCII);
    }
  }

  private static void put(MemoryDisk disk, byte[] bytes) throws IOException {
    try (DiskFile file = disk.create("standing")) {
      file.write(0, ByteBuffer.wrap(bytes));
    }
  }

  private static IncarnationFile founder() {
    SortedMap<Integer, Long> founders = new TreeMap<>();
    founders.put(1, 0x3f2a9c01d4e5b607L);
    founders.put(20, -1L);
    return IncarnationFile.of(0x3f2a9c01d4e5b607L, State.NEW).bootstrapping(founders);
  }

  private static IncarnationFile in(State state, long incarnation) {
    return state == State.RESTORED
        ? IncarnationFile.restored(incarnation, -9, 7)
        : IncarnationFile.of(incarnation, state);
  }

  @Test
  void whatWasRestoredNamesBothClusters() throws IOException {
    in(State.RESTORED, 1).write(disk);
    assertThat(text(disk))
        .startsWith("jangada-standing 2\n")
        .contains("\nstate restored\n", "\ncluster fffffffffffffff7\norigin 0000000000000007\n");
    in(State.RESTORED, 1).bootstrapping(new TreeMap<>()).write(disk);
    assertThat(text(disk)).as("as before once it takes part").startsWith("jangada-standing 1\n");
  }

  @Test
  void itIsTextForPeople() throws IOException {
    founder().write(disk);
    String lines =
        """
        jangada-standing 1
        incarnation 3f2a9c01d4e5b607
        state member
        damages 0
        founders 1:3f2a9c01d4e5b607 20:ffffffffffffffff
        """;
    assertThat(text(disk)).startsWith(lines + "crc32c ").hasSize(lines.length() + 16);
    assertThat(disk.list("")).containsExactly("standing");
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    assertThat(IncarnationFile.read(disk)).isEmpty();
    for (State state : State.values())
      for (long incarnation : new long[] {1, Long.MIN_VALUE, -1}) {
        IncarnationFile written = in(state, incarnation);
        written.write(disk);
        assertThat(IncarnationFile.read(disk)).contains(written);
      }
    founder().write(disk);
    assertThat(IncarnationFile.read(disk)).contains(founder());
    IncarnationFile damaged = founder().damaged(8);
    damaged.write(disk);
    assertThat(IncarnationFile.read(disk).orElseThrow().damages()).isEqualTo(1);
  }

  @Test
  void onlyAMemberCounts() {
    for (State state : State.values())
      assertThat(in(state, 7).toIncarnation()).isEqualTo(new Incarnation(7, state != State.MEMBER));
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    founder().write(disk);
    byte[] good = text(disk).getBytes(StandardCharsets.US_ASCII);
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      put(disk, bad);
      assertThatThrownBy(() -> IncarnationFile.read(disk))
          .as("bit %d", bit)
          .isInstanceOf(CorruptIncarnationException.class)
          .hasMessageContainingAll("'standing'", "damaged");
    }
  }

  @Test
  void whateverElseIsThereIsNoticed() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    for (int run = 0; run < 500; run++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      put(disk, bytes);
      assertThatThrownBy(() -> IncarnationFile.read(disk))
          .isInstanceOf(CorruptIncarnationException.class);
    }
    put(disk, new byte[1 << 20]);
    assertThatThrownBy(() -> IncarnationFile.read(disk))
        .isInstanceOf(CorruptIncarnationException.class);
    put(disk, Bytes.utf8("jangada-standing 2\n").toArray());
    assertThatThrownBy(() -> IncarnationFile.read(disk))
        .isInstanceOf(CorruptIncarnationException.class);
  }
}
