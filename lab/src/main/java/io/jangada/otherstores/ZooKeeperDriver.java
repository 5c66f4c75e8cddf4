package io.jangada.otherstores;

import io.jangada.bench.ByteDriver;
import io.jangada.bench.Contents;
import io.jangada.bench.InOrder;
import io.jangada.bench.OpType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.nio.charset.StandardCharsets;

/// `setData`, and `sync` with `getData`, in ZooKeeper's own protocol: packets with their length
/// before them, answered in order. What is written and not there is created.
final class ZooKeeperDriver extends ByteDriver {
  private static final int PACKET_BYTES_MAX = 16 << 20;
  private static final int LENGTH_BYTES = 4;

  // Types of requests.
  private static final int CREATE = 1;
  private static final int GET_DATA = 4;
  private static final int SET_DATA = 5;
  private static final int SYNC = 9;

  // Errors.
  private static final int NO_NODE = -101;
  private static final int NODE_EXISTS = -110;

  private static final int SESSION_MILLIS = 30_000;
  private static final int PASSWORD_BYTES = 16;
  private static final int ALL_RIGHTS = 31;
  private static final int ANY_VERSION = -1;
  private static final byte[] WORLD = "world".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANYONE = "anyone".getBytes(StandardCharsets.US_ASCII);

  private final Contents contents;
  private final InOrder asked = new InOrder();
  private final byte[] path;
  private final byte[] value;
  private Runnable ready;
  private int xid;

  ZooKeeperDriver(Contents contents) {
    this.contents = contents;
    path = new byte[1 + contents.keyBytes()];
    path[0] = '/';
    value = new byte[contents.valueBytes()];
    contents.value(0, value, 0);
  }

  @Override
  public void prepare(ChannelPipeline pipeline) {
    pipeline.addLast(
        new LengthFieldBasedFrameDecoder(PACKET_BYTES_MAX, 0, LENGTH_BYTES, 0, LENGTH_BYTES));
  }

  @Override
  public void open(ChannelHandlerContext context, Runnable ready) {
    super.open(context, () -> {});
    this.ready = ready;
    int begin = begin();
    out().writeInt(0).writeLong(0).writeInt(SESSION_MILLIS).writeLong(0);
    out().writeInt(PASSWORD_BYTES).writeZero(PASSWORD_BYTES).writeBoolean(false);
    end(begin);
    flush();
  }

  private int begin() {
    int begin = out().writerIndex();
    out().writeInt(0);
    return begin;
  }

  private void end(int begin) {
    out().setInt(begin, out().writerIndex() - begin - LENGTH_BYTES);
  }

  private void writeBytes(byte[] bytes) {
    out().writeInt(bytes.length).writeBytes(bytes);
  }

  @Override
  public void send(int slot, OpType verb, long number) {
    contents.key(verb, number, path, 1);
    if (verb == OpType.SET) {
      asked.add(slot, number, SET_DATA);
      contents.rename(value, 0, path, 1);
      int begin = request(SET_DATA);
      writeBytes(value);
      out().writeInt(ANY_VERSION);
      end(begin);
      return;
    }
    asked.add(slot, number, GET_DATA);
    end(request(SYNC));
    int begin = request(GET_DATA);
    out().writeBoolean(false);
    end(begin);
  }

  private int request(int type) {
    int begin = begin();
    // Replies to syncs are told by their number: they have no place in the order.
    out().writeInt(type == SYNC ? Integer.MAX_VALUE : ++xid & 0xffffff).writeInt(type);
    writeBytes(path);
    return begin;
  }

  private void create(int slot, long number) {
    asked.add(slot, number, CREATE);
    contents.key(OpType.SET, number, path, 1);
    contents.rename(value, 0, path, 1);
    int begin = request(CREATE);
    writeBytes(value);
    out().writeInt(1).writeInt(ALL_RIGHTS);
    writeBytes(WORLD);
    writeBytes(ANYONE);
    out().writeInt(0);
    end(begin);
  }

  @Override
  public void receive(Object message, Answers answers) {
    ByteBuf in = (ByteBuf) message;
    if (ready != null) {
      ready.run();
      ready = null;
      return;
    }
    int number = in.readInt();
    in.readLong();
    int error = in.readInt();
    if (number != Integer.MAX_VALUE) receive(in, error, answers);
    else if (error != 0) throw new IllegalStateException("sync answered " + error);
  }

  private void receive(ByteBuf in, int error, Answers answers) {
    int slot = asked.slot();
    long key = asked.key();
    int kind = asked.kind();
    asked.remove();
    if (error == NO_NODE && kind == SET_DATA) {
      create(slot, key);
      flush();
    } else if (error == 0 ? kind != GET_DATA || isValue(in, key) : error == NODE_EXISTS)
      answers.right(slot);
    else if (error != 0 && error != NO_NODE) answers.refused(slot, "error " + error);
    else answers.wrong(slot, kind + " answered " + (error == 0 ? "another value" : error));
  }

  private boolean isValue(ByteBuf in, long key) {
    int length = in.readInt();
    return length == contents.valueBytes() && contents.isRight(key, in.readSlice(length));
  }
}
