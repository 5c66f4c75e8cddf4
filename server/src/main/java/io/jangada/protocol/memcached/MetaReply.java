package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Result;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Writes the reply to a meta command.
final class MetaReply implements MemcachedSlot.Reply {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final KeyValue.Revisions UNBORN = new KeyValue.Revisions(0, 0, 1);

  private final MetaRequest request;
  private final Expiry expiry;

  MetaReply(MetaRequest request, Expiry expiry) {
    this.request = request;
    this.expiry = expiry;
  }

  @Override
  public Tally tally() {
    return new MetaTally(request);
  }

  @Override
  public void write(MemcachedSlot slot, Result result, ByteBuf out) {
    if (result instanceof Result.Marked marked) writeFound(slot, marked, out);
    else if (result instanceof Result.Transacted done) writeTransacted(slot, done, out);
    else if (result instanceof Result.Changed changed) writeChanged(slot, changed, out);
    else if (result instanceof Result.Deleted(long revision)) writeDeleted(revision, out);
    else if (result instanceof Result.Mismatch) writeNo("EX", out);
    else if (result instanceof Result.Exists) writeNo("NS", out);
    else if (result instanceof Result.Refused(Result.Reason reason))
      out.writeBytes(Replies.errorOf(reason));
    else writeMissing(out);
  }

  /// Either a read and a removal, or one of two changes.
  private void writeTransacted(MemcachedSlot slot, Result.Transacted done, ByteBuf out) {
    Result first = done.results().getFirst();
    if (first instanceof Result.Ranged)
      writeFound(slot, new Result.Marked(MemcachedSlot.found(first), false, false, false), out);
    else write(slot, first, out);
  }

  /// There is no such key. A value that was to be gone at once needs none.
  private void writeMissing(ByteBuf out) {
    char mode = request.mode('S');
    boolean isDone = request.isStore() && (mode == 'E' || mode == 'S' && !request.has('C'));
    if (isDone) writeDeleted(0, out);
    else writeNo(request.isStore() && !isGuarded() ? "NS" : "NF", out);
  }

  /// Whether a key that is not there is told of as such, and not as a condition that is not met.
  private boolean isGuarded() {
    char mode = request.mode('S');
    return request.has('C') && (mode == 'S' || mode == 'R');
  }

  // ---- mg ----

  private void writeFound(MemcachedSlot slot, Result.Marked marked, ByteBuf out) {
    boolean isOver = request.has('N') && expiry.lifetime(request.signed('N')) == null;
    KeyValue entry = marked.entry();
    boolean isGranted = marked.isGranted() || entry == null && isOver;
    if (entry == null && isOver)
      entry = new KeyValue(slot.key(), Bytes.EMPTY, 0, UNBORN, KeyValue.Terms.FOR_EVER);
    if (entry == null) {
      if (!request.has('q')) writeNo("EN", out);
      return;
    }
    boolean isHeld = request.has('C') && entry.revisions().unique() == request.unsigned('C', 0);
    boolean isShown = request.has('v') && !isHeld;
    text(isShown ? "VA " + entry.value().length() : "HD", out);
    boolean isTouched = false;
    for (int i = 0; i < request.order().length(); i++) {
      char flag = request.order().charAt(i);
      isTouched |= flag == 'T';
      writeFlag(flag, entry, isTouched ? touched() : left(slot, entry.terms()), out);
    }
    if (marked.isTaken()) text(" Z", out);
    if (marked.isStale()) text(" X", out);
    if (isGranted) text(" W", out);
    end(out);
    if (isShown) Replies.writeData(entry.value(), out);
  }

  private void writeFlag(char flag, KeyValue entry, long left, ByteBuf out) {
    switch (flag) {
      case 'c' -> text(" c" + Long.toUnsignedString(entry.revisions().unique()), out);
      case 'f' -> text(" f" + Integer.toUnsignedString(entry.flags()), out);
      case 's' -> text(" s" + entry.value().length(), out);
      case 't' -> text(" t" + left, out);
      case 'h' -> text(" h0", out);
      case 'l' -> text(" l0", out);
      default -> writeEcho(flag, out);
    }
  }

  /// What is returned whatever came of the command.
  private void writeEcho(char flag, ByteBuf out) {
    if (flag == 'O') text(" O" + request.token('O'), out);
    if (flag == 'k') text(" k" + request.shownKey() + (request.has('b') ? " b" : ""), out);
  }

  /// Seconds that are left, rounded up; -1 for ever.
  private static long left(MemcachedSlot slot, KeyValue.Terms terms) {
    if (terms.deadlineMillis() == 0) return -1;
    long millis = Math.max(1, terms.deadlineMillis() - slot.clusterMillis());
    return Math.ceilDiv(millis, MILLIS_PER_SECOND);
  }

  /// The same behind a `T`.
  private long touched() {
    Lifetime lifetime = expiry.lifetime(request.signed('T'));
    if (lifetime instanceof Lifetime.ForEver) return -1;
    return Math.ceilDiv(Math.max(0, expiry.millis(request.signed('T'))), MILLIS_PER_SECOND);
  }

  // ---- ms, md, ma ----

  private void writeChanged(MemcachedSlot slot, Result.Changed changed, ByteBuf out) {
    boolean isSum = request.isSum();
    Bytes number = changed.number();
    boolean isCreated = isSum && number == null;
    if (isCreated) number = Bytes.utf8(Long.toUnsignedString(request.unsigned('J', 0)));
    boolean isShown = isSum && request.has('v');
    if (request.has('q')) return;
    text(isShown ? "VA " + number.length() : "HD", out);
    KeyValue former = changed.former();
    long unique = former == null ? changed.revision() : former.revisions().unique() + 1;
    for (int i = 0; i < request.order().length(); i++) {
      char flag = request.order().charAt(i);
      switch (flag) {
        case 'c' -> text(" c" + Long.toUnsignedString(unique), out);
        case 's' -> text(" s" + changed.length(), out);
        case 't' -> text(" t" + leftAfter(slot, former, isCreated), out);
        default -> writeEcho(flag, out);
      }
    }
    end(out);
    if (isShown) Replies.writeData(number, out);
  }

  private long leftAfter(MemcachedSlot slot, KeyValue former, boolean isCreated) {
    if (isCreated) {
      long millis = expiry.millis(request.signed('N'));
      return request.signed('N') == 0 ? -1 : Math.ceilDiv(millis, MILLIS_PER_SECOND);
    }
    if (request.has('T')) return touched();
    return former == null ? -1 : left(slot, former.terms());
  }

  private void writeDeleted(long revision, ByteBuf out) {
    if (request.has('q')) return;
    text("HD", out);
    for (int i = 0; i < request.order().length(); i++) {
      if (request.order().charAt(i) == 'c') text(" c" + revision, out);
      else writeEcho(request.order().charAt(i), out);
    }
    end(out);
  }

  private void writeNo(String code, ByteBuf out) {
    text(code, out);
    for (int i = 0; i < request.order().length(); i++) {
      if (request.order().charAt(i) == 'c' && request.isStore()) text(" c0", out);
      else writeEcho(request.order().charAt(i), out);
    }
    end(out);
  }

  private static void text(String text, ByteBuf out) {
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
  }

  private static void end(ByteBuf out) {
    text("\r\n", out);
  }
}
