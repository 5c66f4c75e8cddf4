package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.api.KeyValue;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/// A client as Kubernetes' API server is one: it goes to another member when its member fails, and
/// lists objects page by page.
final class KubeClient implements AutoCloseable {
  static final ByteString PREFIX = ByteString.copyFromUtf8("/registry/");
  static final ByteString PREFIX_END = ByteString.copyFromUtf8("/registry0");

  private static final int PAGE = 50;
  private static final int TRIES_MAX = 500;
  private static final long PAUSE_MILLIS = 20;
  private static final int OUT_OF_RANGE = 11;

  private final List<InetSocketAddress> members;
  private int member;
  private RawGrpc grpc;

  /// @param member where it begins, as a number among `members`
  KubeClient(List<InetSocketAddress> members, int member) {
    this.members = members;
    this.member = member % members.size();
  }

  /// All objects at a revision, as they are found.
  record Listed(long revision, SortedMap<String, KeyValue> objects) {}

  /// It did not work at this member: whether something was done is not known.
  static final class LostException extends IOException {
    private static final long serialVersionUID = 1;

    LostException(Exception cause) {
      super(cause.toString(), cause);
    }
  }

  /// Begins a call that lasts, with a leader.
  <A extends Message> RawGrpc.Stream<A> open(String path, A answer) throws LostException {
    try {
      return grpc().open(path, answer, "hasleader", "true");
    } catch (Exception e) {
      throw new LostException(e);
    }
  }

  /// Calls once, at the member where it is.
  <A extends Message> A call(String path, Message request, A answer) throws LostException {
    try {
      return grpc().call(path, request, answer);
    } catch (RawGrpc.EndedException e) {
      if (e.end().code() == OUT_OF_RANGE) throw e;
      throw new LostException(e);
    } catch (Exception e) {
      throw new LostException(e);
    }
  }

  private RawGrpc grpc() {
    if (grpc == null) grpc = RawGrpc.connect(members.get(member));
    return grpc;
  }

  /// Goes to the next member.
  void moveOn() throws InterruptedException {
    close();
    member = (member + 1) % members.size();
    Waiting.pause(PAUSE_MILLIS);
  }

  /// Reads, at one member after the other until one answers.
  RangeResponse range(RangeRequest request) throws Exception {
    for (int i = 0; i < TRIES_MAX; i++) {
      try {
        return call("/etcdserverpb.KV/Range", request, RangeResponse.getDefaultInstance());
      } catch (LostException e) {
        moveOn();
      }
    }
    throw new TimeoutException("no member answers");
  }

  /// Lists all objects at one revision.
  ///
  /// @param revision 0 for the newest
  Listed list(long revision) throws Exception {
    SortedMap<String, KeyValue> objects = new TreeMap<>();
    var page = RangeRequest.newBuilder().setRangeEnd(PREFIX_END).setLimit(PAGE);
    page.setKey(PREFIX).setRevision(revision);
    long total = -1;
    while (true) {
      RangeResponse got = range(page.build());
      if (page.getRevision() == 0) page.setRevision(got.getHeader().getRevision());
      if (total < 0) total = got.getCount();
      Law.check(got.getCount() == total - objects.size(), "a page counts what is left: " + page);
      for (KeyValue one : got.getKvsList()) objects.put(one.getKey().toStringUtf8(), one);
      Law.check(got.getMore() == objects.size() < total, "a page says whether there is more");
      if (!got.getMore()) return new Listed(page.getRevision(), objects);
      ByteString last = got.getKvs(got.getKvsCount() - 1).getKey();
      page.setKey(last.concat(ByteString.copyFrom(new byte[1])));
    }
  }

  /// What clients rely on.
  static final class Law {
    private Law() {}

    static void check(boolean holds, String law) {
      if (!holds) throw new AssertionError(law);
    }
  }

  @Override
  public void close() {
    if (grpc != null) grpc.close();
    grpc = null;
  }
}
