package io.jangada.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// [ByteWriter] beside `DataOutputStream`, and [ByteReader] against what both wrote and against
/// anything.
class ReaderWriterTest {
  @Test
  void theWriterWritesWhatTheStandardLibraryWritesAndTheReaderReadsItBack() throws IOException {
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom dice = new SplittableRandom(seed);
      ByteWriter writer = new ByteWriter(dice.nextInt(40));
      ByteArrayOutputStream twinBytes = new ByteArrayOutputStream();
      DataOutputStream twin = new DataOutputStream(twinBytes);
      List<Consumer<ByteReader>> reads = new ArrayList<>();
      for (int i = dice.nextInt(100); i > 0; i--) reads.add(writeOne(dice, writer, twin));
      Bytes written = writer.toBytes();
      assertThat(written).as("seed %d", seed).isEqualTo(Bytes.wrap(twinBytes.toByteArray()));
      assertThat(writer.crc32c(0)).isEqualTo(Crc32c.of(written));
      ByteReader reader = new ByteReader(written);
      for (Consumer<ByteReader> read : reads) read.accept(reader);
      reader.end();
    }
  }

  private static Consumer<ByteReader> writeOne(
      SplittableRandom dice, ByteWriter writer, DataOutputStream twin) throws IOException {
    long value = dice.nextLong();
    byte[] raw = new byte[dice.nextInt(50)];
    dice.nextBytes(raw);
    Bytes bytes = Bytes.wrap(raw);
    switch (dice.nextInt(6)) {
      case 0 -> {
        writer.put((int) value);
        twin.writeByte((int) value);
        return in -> assertThat(in.get()).isEqualTo((int) value & 0xff);
      }
      case 1 -> {
        writer.putInt((int) value);
        twin.writeInt((int) value);
        return in -> assertThat(in.getInt()).isEqualTo((int) value);
      }
      case 2 -> {
        writer.putLong(value);
        twin.writeLong(value);
        return in -> assertThat(in.getLong()).isEqualTo(value);
      }
      case 3 -> {
        writer.putBytes(bytes);
        twin.writeInt(raw.length);
        twin.write(raw);
        return in -> assertThat(in.getBytes(raw.length)).isEqualTo(bytes);
      }
      case 4 -> {
        writer.putRaw(bytes);
        twin.write(raw);
        return in -> assertThat(in.getRaw(raw.length)).isEqualTo(bytes);
      }
      default -> {
        String text = "Jangadão " + value;
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        writer.putText(text);
        twin.writeInt(utf8.length);
        twin.write(utf8);
        return in -> assertThat(in.getText(100)).isEqualTo(text);
      }
    }
  }

  @Test
  void anOverwrittenNumberIsReadAsTheNewOne() {
    ByteWriter writer = new ByteWriter(0).put(7).putInt(0).putLong(5);
    writer.setInt(1, 0xcafebabe);
    ByteReader reader = new ByteReader(writer.toBytes());
    assertThat(reader.get()).isEqualTo(7);
    assertThat(reader.getInt()).isEqualTo(0xcafebabe);
    assertThat(reader.getLong()).isEqualTo(5);
    assertThatThrownBy(() -> writer.setInt(10, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> writer.setInt(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aClearedWriterStartsAgain() {
    ByteWriter writer = new ByteWriter(16).putLong(1).putLong(2).putLong(3);
    writer.clear();
    assertThat(writer.length()).isZero();
    assertThat(writer.putInt(9).toBytes()).isEqualTo(Bytes.wrap(new byte[] {0, 0, 0, 9}));
  }

  @Test
  void aLengthIsCheckedBeforeMemoryIsTaken() {
    Bytes huge = new ByteWriter(16).putInt(Integer.MAX_VALUE).put(1).toBytes();
    malformed(() -> new ByteReader(huge).getBytes(1_000), "length 2147483647, allowed 0 to 1000");
    malformed(() -> new ByteReader(huge).getBytes(Integer.MAX_VALUE), "1 left");
    malformed(() -> new ByteReader(huge).getCount(8), "count 2147483647");
    Bytes negative = new ByteWriter(16).putInt(-1).toBytes();
    malformed(() -> new ByteReader(negative).getBytes(10), "length -1");
    malformed(() -> new ByteReader(negative).getCount(1), "count -1");
    malformed(() -> new ByteReader(negative).getRaw(-1), "-1 bytes wanted");
  }

  @Test
  void whatIsLeftOverIsToldOf() {
    ByteReader reader = new ByteReader(Bytes.utf8("abc"));
    reader.get();
    malformed(reader::end, "2 bytes left over");
  }

  @Test
  void aReaderOfASliceKeepsToIt() {
    ByteReader reader = new ByteReader(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
    assertThat(reader.remaining()).isEqualTo(4);
    assertThat(reader.getInt()).isEqualTo(0x03040506);
    malformed(reader::get, "1 bytes wanted, 0 left");
  }

  @Test
  void anyBytesGiveValuesOrAMalformedException() {
    SplittableRandom dice = new SplittableRandom(2);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[dice.nextInt(30)];
      if (dice.nextBoolean()) dice.nextBytes(bytes);
      ByteReader reader = new ByteReader(Bytes.wrap(bytes));
      try {
        while (reader.remaining() > 0) {
          int before = reader.remaining();
          readOne(reader, dice.nextInt(6));
          assertThat(reader.remaining()).isLessThan(before);
        }
        reader.end();
      } catch (MalformedException e) {
        assertThat(e).hasMessageMatching(".*\\d.*");
      }
    }
  }

  private static void readOne(ByteReader reader, int kind) {
    switch (kind) {
      case 0 -> reader.get();
      case 1 -> reader.getInt();
      case 2 -> reader.getLong();
      case 3 -> assertThat(reader.getBytes(20).length()).isBetween(0, 20);
      case 4 -> assertThat(reader.getCount(3) * 3).isBetween(0, reader.remaining());
      default -> reader.getText(20);
    }
  }

  private static void malformed(Runnable read, String message) {
    assertThatThrownBy(read::run)
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(message);
  }
}
