package io.jangada.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class BytesTest {
  @Test
  void equalContentIsEqualAndOrderIsThatOfUnsignedBytes() {
    Bytes a = Bytes.utf8("abc");
    assertThat(a)
        .isEqualTo(Bytes.copyOf("xabcx".getBytes(), 1, 3))
        .hasSameHashCodeAs(Bytes.utf8("abc"));
    assertThat(a).isNotEqualTo(Bytes.utf8("abd")).isNotEqualTo("abc");
    assertThat(Bytes.utf8("ab")).isLessThan(a);
    assertThat(Bytes.wrap(new byte[] {(byte) 0x80})).isGreaterThan(Bytes.wrap(new byte[] {0x7f}));
    assertThat(Bytes.wrap(new byte[0])).isSameAs(Bytes.EMPTY);
  }

  @Test
  void whatIsHandedOutIsACopyOrReadOnly() {
    byte[] array = {1, 2, 3};
    Bytes bytes = Bytes.copyOf(array, 0, 3);
    array[0] = 9;
    bytes.toArray()[1] = 9;
    assertThat(bytes).isEqualTo(Bytes.wrap(new byte[] {1, 2, 3}));
    assertThat(bytes.asBuffer().isReadOnly()).isTrue();
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4});
    buffer.position(1).limit(4);
    assertThat(Bytes.copyOf(buffer)).isEqualTo(bytes);
    assertThat(buffer.remaining()).isZero();
  }

  @Test
  void aSliceIsLikeACopyInEverything() {
    byte[] whole = new byte[40];
    for (int i = 0; i < whole.length; i++) whole[i] = (byte) (i * 37);
    for (int from = 0; from < 20; from++) {
      for (int length = 0; length <= 20; length++) {
        Bytes slice = Bytes.wrap(whole).slice(from, length);
        Bytes copy = Bytes.copyOf(whole, from, length);
        assertThat(slice).isEqualTo(copy).hasSameHashCodeAs(copy).hasToString(copy.toString());
        assertThat(copy).isEqualTo(slice).isEqualByComparingTo(slice);
        assertThat(slice.hash64(1, 2)).isEqualTo(copy.hash64(1, 2));
        assertThat(slice.toArray()).isEqualTo(copy.toArray());
        assertThat(slice.asBuffer()).isEqualTo(copy.asBuffer());
        assertThat(slice.compact()).isEqualTo(copy);
        assertThat(Crc32c.of(slice)).isEqualTo(Crc32c.of(copy));
        assertThat(slice.toUtf8()).isEqualTo(copy.toUtf8());
        assertThat(copy.isAt(whole, from)).isTrue();
        assertThat(length > 0 && copy.isAt(whole, from + 1)).isFalse();
        byte[] target = new byte[length + 1];
        slice.copyTo(target, 1);
        assertThat(Bytes.copyOf(target, 1, length)).isEqualTo(copy);
        ByteBuffer buffer = ByteBuffer.allocate(length);
        slice.putInto(buffer);
        assertThat(Bytes.copyOf(buffer.flip())).isEqualTo(copy);
        for (int i = 0; i < length; i++) assertThat(slice.at(i)).isEqualTo(copy.at(i));
      }
    }
    Bytes some = Bytes.wrap(whole).slice(1, 2);
    assertThatThrownBy(() -> some.at(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> some.slice(1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(Bytes.wrap(whole).compact()).isEqualTo(Bytes.wrap(whole));
  }

  @Test
  void textShowsPrintableAsciiAndHexOtherwise() {
    assertThat(Bytes.wrap(new byte[] {'a', '\\', 0, (byte) 0xff})).hasToString("a\\x5c\\x00\\xff");
    assertThat(Bytes.wrap(new byte[65]).toString()).endsWith("\\x00...(65 bytes)");
    assertThat(Bytes.utf8("São").toUtf8()).isEqualTo("São");
  }

  @Test
  void theChecksumIsThatOfTheStandard() {
    // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and ascending.
    byte[] ascending = new byte[32];
    for (int i = 0; i < 32; i++) ascending[i] = (byte) i;
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xff);
    assertThat(Crc32c.of(Bytes.wrap(new byte[32]))).isEqualTo(0x8a9136aa);
    assertThat(Crc32c.of(Bytes.wrap(ones))).isEqualTo(0x62a8ab43);
    assertThat(Crc32c.of(Bytes.wrap(ascending))).isEqualTo(0x46dd794e);
    assertThat(Crc32c.of(ascending, 4, 9)).isEqualTo(Crc32c.of(Bytes.copyOf(ascending, 4, 9)));
    CRC32C crc = new CRC32C();
    Bytes.copyOf(ascending, 0, 10).update(crc);
    Bytes.copyOf(ascending, 10, 22).update(crc);
    assertThat((int) crc.getValue()).isEqualTo(0x46dd794e);
  }

  @Test
  void theHashIsSipHash() {
    // The twin is shown to be right by the vector of the SipHash paper's appendix (2 and 4 rounds).
    byte[] content = new byte[15];
    for (int i = 0; i < 15; i++) content[i] = (byte) i;
    long key0 = 0x0706050403020100L;
    long key1 = 0x0f0e0d0c0b0a0908L;
    assertThat(new SlowSipHash(key0, key1).of(2, 4, content)).isEqualTo(0xa129ca6149be45e5L);
    SplittableRandom dice = new SplittableRandom(1);
    for (int length = 0; length < 300; length++) {
      byte[] bytes = new byte[length];
      dice.nextBytes(bytes);
      long k0 = dice.nextLong();
      long k1 = dice.nextLong();
      assertThat(Bytes.copyOf(bytes, 0, length).hash64(k0, k1))
          .as("length %d", length)
          .isEqualTo(new SlowSipHash(k0, k1).of(1, 3, bytes));
    }
  }

  @Test
  void wordsOrderAsTheirBytesDo() {
    SplittableRandom dice = new SplittableRandom(4);
    for (int i = 0; i < 2_000; i++) {
      byte[] array = new byte[dice.nextInt(24)];
      for (int at = 0; at < array.length; at++) array[at] = (byte) (dice.nextInt(4) * 85);
      int from = dice.nextInt(array.length + 1);
      Bytes part = Bytes.wrap(array).slice(from, dice.nextInt(array.length - from + 1));
      for (int index = 0; index < 20; index++) {
        byte[] padded = new byte[8];
        for (int at = 0; at < 8 && index + at < part.length(); at++)
          padded[at] = part.at(index + at);
        assertThat(part.wordAt(index)).isEqualTo(ByteBuffer.wrap(padded).getLong());
      }
    }
  }

  @Test
  void theCommonPrefixEndsWhereBytesDifferOrEnd() {
    Bytes key = Bytes.utf8("xxabcd").slice(2, 4);
    assertThat(key.commonPrefix(Bytes.utf8("abxd"))).isEqualTo(2);
    assertThat(key.commonPrefix(Bytes.utf8("abcdef"))).isEqualTo(4);
    assertThat(key.commonPrefix(Bytes.utf8("abc"))).isEqualTo(3);
    assertThat(key.commonPrefix(key)).isEqualTo(4);
    assertThat(key.commonPrefix(Bytes.EMPTY)).isZero();
    byte[] other = "_abce".getBytes();
    assertThat(key.commonPrefix(other, 1, 4)).isEqualTo(3);
    assertThat(key.compareTo(other, 1, 4)).isNegative();
    assertThat(key.compareTo(other, 1, 3)).isPositive();
  }
}
