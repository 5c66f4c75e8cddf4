package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// `set` and `get` in memcached's classic protocol.
public final class MemcachedDriver extends ByteDriver implements ReplyScanner.Check {
  private static final int KEY_AT = 4;

  private final Contents contents;
  private final InOrder asked = new InOrder();
  private final ReplyScanner replies = new ReplyScanner();
  private final byte[] get;
  private final byte[] set;
  private final int valueAt;
  private Answers answers;
  private boolean isValueRight;
  private boolean hasValue;

  public MemcachedDriver(Contents contents) {
    this.contents = contents;
    String key = "k".repeat(contents.keyBytes());
    get = ascii("get " + key + "\r\n");
    String line = "set " + key + " 0 0 " + contents.valueBytes() + "\r\n";
    valueAt = line.length();
    set = Arrays.copyOf(ascii(line), valueAt + contents.valueBytes() + 2);
    contents.value(0, set, valueAt);
    set[set.length - 2] = '\r';
    set[set.length - 1] = '\n';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void send(int slot, OpType verb, long number) {
    asked.add(slot, number, verb.ordinal());
    byte[] request = verb == OpType.GET ? get : set;
    contents.key(verb, number, request, KEY_AT);
    if (verb == OpType.SET) contents.rename(set, valueAt, set, KEY_AT);
    out().writeBytes(request);
  }

  @Override
  public void receive(Object message, Answers to) {
    answers = to;
    replies.read((ByteBuf) message, this);
  }

  @Override
  public void valueByte(int place, byte b) {
    if (place == 0) isValueRight = !asked.isEmpty();
    isValueRight &= contents.isRight(asked.key(), place, b);
  }

  /// A value is followed by a line that ends the reply.
  @Override
  public void reply(byte[] line, int length, int valueBytes) {
    if (valueBytes >= 0) {
      hasValue = valueBytes == contents.valueBytes() && isValueRight;
      return;
    }
    boolean isGet = asked.kind() == OpType.GET.ordinal();
    int slot = asked.slot();
    asked.remove();
    String said = ReplyScanner.text(line, length);
    boolean isRight = isGet ? hasValue && said.equals("END") : said.equals("STORED");
    hasValue = false;
    if (isRight) answers.right(slot);
    else if (said.startsWith("SERVER_ERROR")) answers.refused(slot, said);
    else answers.wrong(slot, "answered " + said);
  }
}
