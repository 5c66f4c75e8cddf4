package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.server.Fleet;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A client of etcd's puts a key, reads it and watches it from the first revision, at a server on
/// its own.
@Timeout(60)
class PutAndRangeTest {
  @Test
  void whatIsPutIsReadAndWatched(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withEtcd(folder, 1)) {
      fleet.startAll();
      fleet.leader();
      try (RawGrpc client = RawGrpc.connect(fleet.etcdAt(0))) {
        ByteString key = ByteString.copyFromUtf8("boat");
        ByteString value = ByteString.copyFromUtf8("sail");
        var put = PutRequest.newBuilder().setKey(key).setValue(value).build();
        PutResponse done =
            client.call("/etcdserverpb.KV/Put", put, PutResponse.getDefaultInstance());
        assertThat(done.getHeader().getRevision()).isEqualTo(2);
        RangeResponse read =
            client.call(
                "/etcdserverpb.KV/Range",
                RangeRequest.newBuilder().setKey(key).build(),
                RangeResponse.getDefaultInstance());
        assertThat(read.getKvs(0).getValue()).isEqualTo(value);
        assertThat(read.getKvs(0).getModRevision()).isEqualTo(2);
        RawGrpc.End refused = client.fail("/etcdserverpb.KV/Put", PutRequest.getDefaultInstance());
        assertThat(refused).isEqualTo(new RawGrpc.End(3, "etcdserver: key is not provided"));
        assertThat(client.fail("/etcdserverpb.KV/Pat", put).code()).isEqualTo(12);
      }
      try (WatchClient client = new WatchClient(fleet.etcdAt(0))) {
        client.create(WatchClient.on("boat").setStartRevision(1));
        assertThat(WatchClient.texts(client.events(0, 1))).containsExactly("boat=sail");
      }
    }
  }
}
