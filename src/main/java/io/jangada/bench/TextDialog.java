package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/// The text protocol. Replies come in the order of the requests.
final class TextDialog implements Dialog, Replies.Check {
  private static final int SLOTS = Load.IN_FLIGHT_MAX;
  private static final int BUFFER_BYTES = 16 << 10;

  /// What a `cas` has to ask for first where no version is known.
  private enum Form {
    GET,
    GETM,
    SET,
    CAS
  }

  private final Requests requests;
  private final Contents contents;
  private final boolean isAlone;
  private final Replies replies = new Replies();
  private ChannelHandlerContext context;
  private ByteBuf out;
  private Answers answers;

  // The requests that wait for replies, from `answered` to `sent`.
  private final int[] slots = new int[SLOTS];
  private final long[] keys = new long[SLOTS];
  private final Form[] forms = new Form[SLOTS];
  private long sent;
  private long answered;

  private long version;
  private boolean isValueRight;

  /// @param isAlone whether each request waits for the reply to the one before: then versions that
  ///   are seen must rise
  TextDialog(Requests requests, Contents contents, boolean isAlone) {
    this.requests = requests;
    this.contents = contents;
    this.isAlone = isAlone;
  }

  @Override
  public void open(ChannelHandlerContext context, Runnable ready) {
    this.context = context;
    ready.run();
  }

  @Override
  public void ask(int slot, Verb verb, long key) {
    if (out == null) out = context.alloc().directBuffer(BUFFER_BYTES);
    int place = (int) (sent++ & SLOTS - 1);
    slots[place] = slot;
    keys[place] = key;
    forms[place] =
        switch (verb) {
          case GET -> Form.GET;
          case SET -> Form.SET;
          case CAS -> version == 0 ? Form.GETM : Form.CAS;
        };
    switch (forms[place]) {
      case GET -> requests.get(key, out);
      case GETM -> requests.getm(key, out);
      case SET -> requests.set(key, out);
      case CAS -> requests.cas(key, version, out);
    }
  }

  @Override
  public void flush() {
    if (out == null) return;
    context.writeAndFlush(out, context.voidPromise());
    out = null;
  }

  @Override
  public void hear(Object message, Answers to) {
    answers = to;
    replies.read((ByteBuf) message, this);
  }

  @Override
  public void valueByte(int place, byte b) {
    if (answered == sent) return;
    long key = keys[(int) (answered & SLOTS - 1)];
    if (place == 0) isValueRight = true;
    if (!contents.isRight(key, place, b)) isValueRight = false;
  }

  @Override
  public void reply(byte[] line, int length, int valueBytes) {
    if (answered == sent)
      throw new IllegalStateException(
          "a reply that nothing asked for: " + Replies.text(line, length));
    int place = (int) (answered++ & SLOTS - 1);
    int slot = slots[place];
    boolean isRight =
        switch (forms[place]) {
          case GET -> isValue(valueBytes);
          case GETM -> isValue(valueBytes) && takeVersion(line, length, "VALUE ");
          case SET -> isOk(line, length);
          case CAS -> takeVersion(line, length, "OK ");
        };
    if (isRight) answers.right(slot);
    else if (forms[place] == Form.CAS && Replies.startsWith(line, length, "ERR_VER")) {
      version = 0;
      answers.conflict(slot);
    } else complain(place, line, length);
  }

  private boolean isValue(int valueBytes) {
    return valueBytes == contents.valueBytes() && isValueRight;
  }

  private static boolean isOk(byte[] line, int length) {
    return Replies.startsWith(line, length, "OK ") && Replies.number(line, 3, length) > 0;
  }

  private boolean takeVersion(byte[] line, int length, String word) {
    if (!Replies.startsWith(line, length, word)) return false;
    int end = word.length();
    while (end < length && line[end] != ' ') end++;
    long seen = Replies.number(line, word.length(), end);
    boolean isLater = seen > version || version == 0 || !isAlone;
    version = seen;
    return isLater;
  }

  private void complain(int place, byte[] line, int length) {
    String what = forms[place] + " answered '" + Replies.text(line, length) + "'";
    boolean isElsewhere = Replies.startsWith(line, length, "REDIRECT ");
    if (isElsewhere || Replies.startsWith(line, length, "ERR_INTERNAL"))
      answers.refused(slots[place], what);
    else answers.wrong(slots[place], what);
    if (isElsewhere) answers.end();
  }
}
