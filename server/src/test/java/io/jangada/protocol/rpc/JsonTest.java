package io.jangada.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.jangada.protocol.etcd.api.Event;
import io.jangada.protocol.etcd.api.HashKVResponse;
import io.jangada.protocol.etcd.api.KeyValue;
import io.jangada.protocol.etcd.api.LeaseGrantResponse;
import io.jangada.protocol.etcd.api.MemberRemoveRequest;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Messages as JSON, without any HTTP.
class JsonTest {
  private static <M extends Message> M read(String json, M empty) throws Exception {
    ByteBuf bytes = Unpooled.copiedBuffer(json.replace('\'', '"'), StandardCharsets.UTF_8);
    @SuppressWarnings("unchecked")
    M message = (M) JsonRequest.read(bytes, empty);
    return message;
  }

  private static RangeRequest range(String json) throws Exception {
    return read(json, RangeRequest.getDefaultInstance());
  }

  private static String text(Message message) {
    ByteBuf out = Unpooled.buffer();
    JsonText.write(out, message);
    return out.toString(StandardCharsets.UTF_8).replace('"', '\'');
  }

  @Test
  void whatIsWrittenHasTheDefinitionsNamesAndNoDefaults() {
    WatchResponse response =
        WatchResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(-2))
            .setCreated(true)
            .addEvents(
                Event.newBuilder()
                    .setType(Event.EventType.DELETE)
                    .setKv(KeyValue.newBuilder().setKey(ByteString.copyFrom(new byte[] {-1}))))
            .addEvents(Event.newBuilder().setTypeValue(9))
            .build();
    assertThat(text(response))
        .isEqualTo(
            "{'header':{'cluster_id':'18446744073709551615','revision':'-2'},'created':true,"
                + "'events':[{'type':'DELETE','kv':{'key':'/w=='}},{'type':9}]}");
    assertThat(text(HashKVResponse.newBuilder().setHash(-1).build()))
        .isEqualTo("{'hash':4294967295}");
    assertThat(text(LeaseGrantResponse.newBuilder().setTTL(7).setError("a\n<ü").build()))
        .isEqualTo("{'TTL':'7','error':'a\\n<ü'}");
  }

  @Test
  void bothNamesOfAFieldAreReadAndNumbersAndEnumsInBothForms() throws Exception {
    RangeRequest expected =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("foo"))
            .setRangeEnd(ByteString.copyFrom(new byte[] {-5, -1}))
            .setLimit(-3)
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setKeysOnly(true)
            .build();
    assertThat(
            range(
                "{'key':'Zm9v','range_end':'+/8=','limit':'-3','sort_order':'DESCEND',"
                    + "'keys_only':true,'revision':null,'other':[{'a':{}}]}"))
        .isEqualTo(expected);
    assertThat(range("{'key':'Zm9v','rangeEnd':'-_8','limit':-3,'sortOrder':2,'keysOnly':true}"))
        .isEqualTo(expected);
    assertThat(range("")).isEqualTo(RangeRequest.getDefaultInstance());
    assertThat(
            read("{'ID':18446744073709551615}", MemberRemoveRequest.getDefaultInstance()).getID())
        .isEqualTo(-1);
    TxnRequest txn =
        read(
            "{'success':[{'requestPut':{'key':'YQ=='}},{'request_range':{}}]}",
            TxnRequest.getDefaultInstance());
    assertThat(txn.getSuccess(0).getRequestPut().getKey().toStringUtf8()).isEqualTo("a");
    assertThat(txn.getSuccess(1).hasRequestRange()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "null",
        "7",
        "{}{}",
        "{'key':",
        "{key:'Zm9v'}",
        "{'key':'Zm9v',}",
        "{'key':12}",
        "{'key':{}}",
        "{'key':'Zm9v='}",
        "{'key':'Z*=='}",
        "{'key':['Zm9v']}",
        "{'limit':1.0}",
        "{'limit':'1e3'}",
        "{'limit':1e3}",
        "{'limit':true}",
        "{'limit':' 1'}",
        "{'limit':9223372036854775808}",
        "{'limit':''}",
        "{'limit':[1]}",
        "{'sort_order':'FOO'}",
        "{'sort_order':'2'}",
        "{'sort_order':99999999999}",
        "{'keys_only':1}",
        "{'keys_only':'true'}",
        "\u0000",
        "{'key':'Zm9v'"
      })
  void whatIsNoSuchMessageIsRefused(String json) {
    assertThatThrownBy(() -> range(json)).isInstanceOf(JsonRequest.Malformed.class);
  }

  @Test
  void depthTokensAndDigitsAreBounded() {
    String[] costly = {
      "{'a':" + "[".repeat(100_000),
      "{'a':[" + "{},".repeat(300_000) + "{}]}",
      "{'limit':" + "9".repeat(100_000) + "}",
      "{'" + "k".repeat(100_000) + "':1}",
    };
    for (String json : costly)
      assertThatThrownBy(() -> range(json)).isInstanceOf(JsonRequest.Malformed.class);
    String deep = "{'success':[{'request_txn':".repeat(60) + "{}" + "}]}".repeat(60);
    assertThatThrownBy(() -> read(deep, TxnRequest.getDefaultInstance()))
        .isInstanceOf(JsonRequest.Malformed.class);
  }
}
