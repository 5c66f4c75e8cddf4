package io.jangada.client;

import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A connection of the text protocol: answers come in the order of the calls.
final class TextConnection extends Connection {
  private final AnswerReader reader;
  private final ArrayDeque<Call> unanswered = new ArrayDeque<>();

  TextConnection(Endpoint endpoint, Login login, Owner owner, int valueBytesMax) {
    super(endpoint, login, owner);
    reader = new AnswerReader(valueBytesMax);
  }

  @Override
  int unanswered() {
    return unanswered.size();
  }

  @Override
  List<Call> takeUnanswered() {
    List<Call> calls = new ArrayList<>(unanswered);
    unanswered.clear();
    return calls;
  }

  @Override
  void begin(ByteBuf out) {
    if (login() == null) return;
    String line = "auth " + login().user() + " " + login().password() + "\r\n";
    out.writeCharSequence(line, StandardCharsets.UTF_8);
  }

  @Override
  void write(Call call, ByteBuf out) {
    call.request.writeTo(out, call.ticket, 0);
    unanswered.add(call);
  }

  @Override
  void read(ByteBuf in) {
    Answer answer = reader.next(in);
    if (answer == null) return;
    if (awaitsLogin()) {
      if (answer == Answer.Word.KNOWN) loggedIn();
      else if (answer == Answer.Word.ERR_AUTH) endRefused();
      else end("could not say whether it knows the user");
      return;
    }
    Call call = unanswered.poll();
    if (call == null) throw new MalformedException("a reply without a request");
    call.isSent = false;
    if (owner().answered(this, call, answer)) return;
    // The connection ends, and hands the call back with the others.
    call.isSent = true;
    unanswered.addFirst(call);
    throw new MalformedException("a reply to another command: " + answer);
  }
}
