package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.protocol.memcached.MetaRequest.MalformedLine;
import java.util.List;

/// What meta commands ask of the store.
final class MetaCommands {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final Condition ALWAYS = new Condition.Always();
  private static final Condition PRESENT = new Condition.Present();
  private static final Lifetime SAME = new Lifetime.Same();

  private final MemcachedConnection connection;
  private final Expiry expiry;
  private final int valueBytesMax;

  MetaCommands(MemcachedConnection connection, Expiry expiry, int valueBytesMax) {
    this.connection = connection;
    this.expiry = expiry;
    this.valueBytesMax = valueBytesMax;
  }

  private MemcachedSlot ask(MetaRequest request, Operation operation) {
    return new MemcachedSlot(connection, operation, request.key(), new MetaReply(request, expiry));
  }

  /// Null where there is no such flag, or what it says is over at once.
  private Lifetime lifetime(MetaRequest request, char flag) {
    return request.has(flag) ? expiry.lifetime(request.signed(flag)) : null;
  }

  private boolean isOver(MetaRequest request, char flag) {
    return request.has(flag) && expiry.lifetime(request.signed(flag)) == null;
  }

  MemcachedSlot get(MetaRequest request) {
    Bytes key = request.key();
    if (isOver(request, 'T')) {
      List<Operation.Step> steps =
          List.of(new Operation.Range(KeyRange.of(key)), new Operation.Delete(key, ALWAYS));
      return ask(request, new Operation.Transaction(List.of(), steps, List.of()));
    }
    Lifetime touch = lifetime(request, 'T');
    Lifetime creation = lifetime(request, 'N');
    long early = request.has('R') ? request.signed('R') : 0;
    boolean isRead = touch == null && creation == null && early <= 0;
    return ask(
        request,
        isRead
            ? new Operation.Look(key)
            : new Operation.Claim(key, touch, creation, Math.max(0, early) * MILLIS_PER_SECOND));
  }

  MemcachedSlot delete(MetaRequest request) {
    Condition condition =
        request.has('C') ? new Condition.Unique(request.unsigned('C', 0)) : ALWAYS;
    Condition there = condition == ALWAYS ? PRESENT : condition;
    Lifetime lifetime = request.has('T') ? lifetime(request, 'T') : SAME;
    boolean isChange = (request.has('I') || request.has('x')) && lifetime != null;
    if (!isChange) return ask(request, new Operation.Delete(request.key(), condition));
    Change change = request.has('x') ? new Change.Set(Bytes.EMPTY, 0) : new Change.Invalidate();
    return ask(
        request,
        new Operation.Put(request.key(), change, request.has('I') ? lifetime : SAME, there, false));
  }

  MemcachedSlot add(MetaRequest request) throws MalformedLine {
    Change.Arithmetic arithmetic =
        switch (request.mode('I')) {
          case 'I', '+' -> Change.Arithmetic.UNSIGNED;
          case 'D', '-' -> Change.Arithmetic.UNSIGNED_DOWN;
          default -> throw new MalformedLine("CLIENT_ERROR invalid mode for ma M token");
        };
    Change add = new Change.Add(arithmetic, request.unsigned('D', 1), null);
    Condition condition =
        request.has('C') ? new Condition.Unique(request.unsigned('C', 0)) : ALWAYS;
    Lifetime lifetime = request.has('T') ? lifetime(request, 'T') : SAME;
    boolean shows = request.has('t') || request.has('c');
    Bytes key = request.key();
    Operation.Put put =
        new Operation.Put(key, add, lifetime == null ? SAME : lifetime, condition, shows);
    Lifetime creation = lifetime(request, 'N');
    if (creation == null) return ask(request, put);
    Bytes initial = Bytes.utf8(Long.toUnsignedString(request.unsigned('J', 0)));
    Operation.Put creating =
        new Operation.Put(key, new Change.Set(initial, 0), creation, ALWAYS, shows);
    return ask(request, ifAbsent(key, creating, put));
  }

  private static Operation ifAbsent(Bytes key, Operation.Step then, Operation.Step otherwise) {
    Compare absent =
        new Compare.Number(KeyRange.of(key), Compare.Field.CREATED, Compare.Relation.EQUAL, 0);
    return new Operation.Transaction(List.of(absent), List.of(then), List.of(otherwise));
  }

  /// Whether there is such a mode of `ms`.
  static void checkMode(MetaRequest request) throws MalformedLine {
    if ("SERAP".indexOf(request.mode('S')) < 0)
      throw new MalformedLine("CLIENT_ERROR invalid mode for ms M token");
  }

  MemcachedSlot store(MetaRequest request, Bytes data) {
    char mode = request.mode('S');
    Condition condition = condition(request, mode);
    Bytes key = request.key();
    boolean isExtending = mode == 'A' || mode == 'P';
    Lifetime lifetime = request.has('T') ? lifetime(request, 'T') : new Lifetime.ForEver();
    if (lifetime == null && !isExtending) return ask(request, new Operation.Delete(key, condition));
    int flags = (int) request.unsigned('F', 0);
    Change set = new Change.Set(data, flags);
    if (!isExtending)
      return ask(request, new Operation.Put(key, set, lifetime, condition, request.has('c')));
    Change.Side side = mode == 'A' ? Change.Side.END : Change.Side.FRONT;
    Change extend = new Change.Extend(side, data, new Change.Growth(false, valueBytesMax));
    Operation.Put put = new Operation.Put(key, extend, SAME, condition, request.has('c'));
    Lifetime creation = lifetime(request, 'N');
    if (creation == null) return ask(request, put);
    return ask(
        request,
        ifAbsent(key, new Operation.Put(key, set, creation, ALWAYS, request.has('c')), put));
  }

  private static Condition condition(MetaRequest request, char mode) {
    if (mode == 'E') return new Condition.Absent();
    boolean isExtending = mode == 'A' || mode == 'P';
    long unique = request.unsigned('C', 0);
    boolean isGuarded = request.has('C') && !(isExtending && unique == 0);
    if (!isGuarded) return mode == 'S' ? ALWAYS : PRESENT;
    return request.has('I') && unique >= 0
        ? new Condition.UniqueOrLater(unique)
        : new Condition.Unique(unique);
  }
}
