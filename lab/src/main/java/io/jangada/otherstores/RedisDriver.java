package io.jangada.otherstores;

import io.jangada.bench.ByteDriver;
import io.jangada.bench.Contents;
import io.jangada.bench.InOrder;
import io.jangada.bench.OpType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// `SET` and `GET` in Redis's protocol, version 2.
final class RedisDriver extends ByteDriver {
  private static final int LINE_BYTES_MAX = 256;
  private static final int LINE_END_BYTES = 2;

  /// No value is being read.
  private static final int NONE = -1;

  private final Contents contents;
  private final InOrder asked = new InOrder();
  private final byte[] key;
  private final byte[] value;
  private final byte[] getBegin;
  private final byte[] setBegin;
  private final byte[] setMiddle;
  private final StringBuilder line = new StringBuilder();

  /// How much of a value, its line end included, is still to come.
  private int valueRest = NONE;

  private int valuePlace;
  private boolean isValueRight;

  RedisDriver(Contents contents) {
    this.contents = contents;
    key = new byte[contents.keyBytes()];
    value = new byte[contents.valueBytes()];
    contents.value(0, value, 0);
    getBegin = ascii("*2\r\n$3\r\nGET\r\n$" + key.length + "\r\n");
    setBegin = ascii("*3\r\n$3\r\nSET\r\n$" + key.length + "\r\n");
    setMiddle = ascii("\r\n$" + value.length + "\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void send(int slot, OpType verb, long number) {
    ByteBuf out = out();
    asked.add(slot, number, verb.ordinal());
    contents.key(verb, number, key, 0);
    out.writeBytes(verb == OpType.GET ? getBegin : setBegin).writeBytes(key);
    if (verb == OpType.SET) {
      contents.rename(value, 0, key, 0);
      out.writeBytes(setMiddle).writeBytes(value);
    }
    out.writeByte('\r').writeByte('\n');
  }

  @Override
  public void receive(Object message, Answers answers) {
    ByteBuf in = (ByteBuf) message;
    while (in.isReadable()) {
      if (valueRest == NONE) readLine(in, answers);
      else readValue(in, answers);
    }
  }

  private void readLine(ByteBuf in, Answers answers) {
    while (in.isReadable()) {
      char c = (char) in.readByte();
      if (c == '\n') {
        endLine(answers);
        return;
      }
      if (line.length() == LINE_BYTES_MAX) throw new IllegalStateException("a line without end");
      if (c != '\r') line.append(c);
    }
  }

  private void endLine(Answers answers) {
    String said = line.toString();
    line.setLength(0);
    if (said.startsWith("$") && !said.equals("$-1")) {
      int bytes = Integer.parseInt(said, 1, said.length(), 10);
      isValueRight = !asked.isEmpty() && isGet() && bytes == contents.valueBytes();
      valueRest = bytes + LINE_END_BYTES;
      valuePlace = 0;
      return;
    }
    finish(said, said.equals("+OK") && !isGet(), answers);
  }

  private boolean isGet() {
    return asked.kind() == OpType.GET.ordinal();
  }

  private void readValue(ByteBuf in, Answers answers) {
    int places = Math.min(contents.keyBytes(), contents.valueBytes());
    for (; isValueRight && valuePlace < places && in.isReadable(); valueRest--)
      isValueRight = contents.isRight(asked.key(), valuePlace++, in.readByte());
    int skip = Math.min(in.readableBytes(), valueRest);
    in.skipBytes(skip);
    valueRest -= skip;
    if (valueRest > 0) return;
    valueRest = NONE;
    finish("another value", isValueRight, answers);
  }

  private void finish(String said, boolean isRight, Answers answers) {
    int slot = asked.slot();
    asked.remove();
    if (isRight) answers.right(slot);
    else if (said.startsWith("-")) answers.refused(slot, said);
    else answers.wrong(slot, "answered " + said);
  }
}
