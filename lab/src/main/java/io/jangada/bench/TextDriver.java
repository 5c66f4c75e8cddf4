package io.jangada.bench;

import io.netty.buffer.ByteBuf;

/// The text protocol. Replies come in the order of the requests.
final class TextDriver extends ByteDriver implements ReplyScanner.Check {
  /// What a `cas` has to ask for first where no version is known.
  private enum Form {
    GET,
    GETM,
    SET,
    CAS
  }

  private static final Form[] FORMS = Form.values();

  private final Requests requests;
  private final Contents contents;
  private final boolean isAlone;
  private final ReplyScanner replies = new ReplyScanner();
  private final InOrder asked = new InOrder();
  private Answers answers;
  private long version;
  private boolean isValueRight;

  /// @param isAlone whether each request waits for the reply to the one before: then versions that
  ///   are seen must rise
  TextDriver(Requests requests, Contents contents, boolean isAlone) {
    this.requests = requests;
    this.contents = contents;
    this.isAlone = isAlone;
  }

  @Override
  public void send(int slot, OpType verb, long key) {
    Form form =
        switch (verb) {
          case GET -> Form.GET;
          case SET -> Form.SET;
          case CAS -> version == 0 ? Form.GETM : Form.CAS;
          case RANGE, COUNT, TRANSACTION, GRANT, KEEP_ALIVE ->
              throw new IllegalArgumentException("the text protocol has no " + verb);
        };
    asked.add(slot, key, form.ordinal());
    switch (form) {
      case GET -> requests.get(key, out());
      case GETM -> requests.getm(key, out());
      case SET -> requests.set(key, out());
      case CAS -> requests.cas(key, version, out());
    }
  }

  @Override
  public void receive(Object message, Answers to) {
    answers = to;
    replies.read((ByteBuf) message, this);
  }

  @Override
  public void valueByte(int place, byte b) {
    if (asked.isEmpty()) return;
    if (place == 0) isValueRight = true;
    if (!contents.isRight(asked.key(), place, b)) isValueRight = false;
  }

  @Override
  public void reply(byte[] line, int length, int valueBytes) {
    if (asked.isEmpty())
      throw new IllegalStateException(
          "a reply that nothing asked for: " + ReplyScanner.text(line, length));
    int slot = asked.slot();
    Form form = FORMS[asked.kind()];
    asked.remove();
    boolean isRight =
        switch (form) {
          case GET -> isValue(valueBytes);
          case GETM -> isValue(valueBytes) && takeVersion(line, length, "VALUE ");
          case SET -> isOk(line, length);
          case CAS -> takeVersion(line, length, "OK ");
        };
    if (isRight) answers.right(slot);
    else if (form == Form.CAS && ReplyScanner.startsWith(line, length, "ERR_VER")) {
      version = 0;
      answers.conflict(slot);
    } else complain(slot, form, line, length);
  }

  private boolean isValue(int valueBytes) {
    return valueBytes == contents.valueBytes() && isValueRight;
  }

  private static boolean isOk(byte[] line, int length) {
    return ReplyScanner.startsWith(line, length, "OK ") && ReplyScanner.number(line, 3, length) > 0;
  }

  private boolean takeVersion(byte[] line, int length, String word) {
    if (!ReplyScanner.startsWith(line, length, word)) return false;
    int end = word.length();
    while (end < length && line[end] != ' ') end++;
    long seen = ReplyScanner.number(line, word.length(), end);
    boolean isLater = seen > version || version == 0 || !isAlone;
    version = seen;
    return isLater;
  }

  private void complain(int slot, Form form, byte[] line, int length) {
    String what = form + " answered '" + ReplyScanner.text(line, length) + "'";
    boolean isElsewhere = ReplyScanner.startsWith(line, length, "REDIRECT ");
    if (isElsewhere || ReplyScanner.startsWith(line, length, "ERR_INTERNAL"))
      answers.refused(slot, what);
    else answers.wrong(slot, what);
    if (isElsewhere) answers.end();
  }
}
