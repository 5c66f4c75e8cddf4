package io.jangada.protocol.etcd.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Generated messages keep etcd's numbers on the wire and etcd's names in JSON.
class MessagesTest {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  @Test
  void aRangeWithAllItsFieldsComesBackFromBytesAndFromJson() throws IOException {
    RangeRequest range =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("a"))
            .setRangeEnd(ByteString.copyFromUtf8("z"))
            .setLimit(3)
            .setRevision(4)
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setSortTarget(RangeRequest.SortTarget.MOD)
            .setSerializable(true)
            .setKeysOnly(true)
            .setCountOnly(true)
            .setMinModRevision(10)
            .setMaxModRevision(11)
            .setMinCreateRevision(12)
            .setMaxCreateRevision(13)
            .build();
    assertThat(range.getAllFields()).hasSize(13);
    assertThat(RangeRequest.parseFrom(range.toByteArray())).isEqualTo(range);
    RangeRequest.Builder read = RangeRequest.newBuilder();
    JsonFormat.parser().merge(PRINTER.print(range), read);
    assertThat(read.build()).isEqualTo(range);
  }

  @Test
  void aRangeHasTheNumbersOfTheProtocol() throws IOException {
    byte[] wire = {0x0a, 1, 'a', 0x12, 1, 'z', 0x18, 3, 0x28, 2, 0x30, 3, 0x38, 1, 0x68, 13};
    RangeRequest range = RangeRequest.parseFrom(wire);
    assertThat(PRINTER.print(range))
        .isEqualTo(
            "{\"key\":\"YQ==\",\"range_end\":\"eg==\",\"limit\":\"3\",\"sort_order\":\"DESCEND\","
                + "\"sort_target\":\"MOD\",\"serializable\":true,\"max_create_revision\":\"13\"}");
    assertThat(range.toByteArray()).isEqualTo(wire);
  }

  @Test
  void jsonHasTheNamesOfTheProtocolAndLongsAsStrings() throws IOException {
    KeyValue pair =
        KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("a")).setCreateRevision(7).build();
    assertThat(PRINTER.print(pair)).isEqualTo("{\"key\":\"YQ==\",\"create_revision\":\"7\"}");
    assertThat(PRINTER.print(LeaseTimeToLiveResponse.newBuilder().setGrantedTTL(9).setID(-1)))
        .isEqualTo("{\"ID\":\"-1\",\"grantedTTL\":\"9\"}");
  }
}
