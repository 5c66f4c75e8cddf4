package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.Caller;

/// The entries of the log on their way into the store, one after the other. One that removes very
/// many keys takes several turns of the owner.
final class Entries {
  /// How many nodes one command looks at to free what is no longer needed.
  private static final int SWEPT_MAX = 16;

  private static final Result MALFORMED = new Result.Refused(Result.Reason.MALFORMED);

  private final KvStore store;
  private final Commands commands;
  private final Sessions sessions;
  private long digest;

  /// The last entry that was applied to its end, 0 before the first, and the digest since.
  private long appliedIndex;

  private long appliedDigest;

  /// The command that was begun and is not done; null for none.
  private Envelope begun;

  /// Whether what is due is gone, so that the command does its own work.
  private boolean isAtWork;

  /// That of the command, if its request has a name.
  private Sessions.Session session;

  Entries(KvStore store, Commands commands, Sessions sessions) {
    this.store = store;
    this.commands = commands;
    this.sessions = sessions;
  }

  /// The index of the last entry applied to its end.
  long appliedIndex() {
    return appliedIndex;
  }

  /// The digest since then.
  long digest() {
    return appliedDigest;
  }

  /// Whether an entry was begun and is not done.
  boolean isBehind() {
    return begun != null;
  }

  /// Begins to apply an entry, as [KvStore#begin] has it.
  Result begin(long index, Bytes encodedEnvelope) {
    checkNext(index);
    commands.index(index);
    mix(index);
    mix(encodedEnvelope.hash64(Digest.KEY0, Digest.KEY1));
    store.sweep(SWEPT_MAX);
    Envelope envelope = decode(encodedEnvelope);
    if (envelope == null) return end(MALFORMED, MALFORMED);
    Operation.Command command = envelope.command();
    if (!command.isOld()) commands.countRevisions();
    // Where an older release takes part it knows no such command, and agrees in all else.
    if (command instanceof Operation.CountRevisions)
      return end(new Result.Noted(commands.revision()), MALFORMED);
    commands.clusterTimeMillis(envelope.clusterTimeMillis());
    sessions.endIdle(commands.clusterTimeMillis());
    commands.beginDue();
    begun = envelope;
    isAtWork = false;
    session = null;
    return goOn();
  }

  /// Goes on with the entry that was begun. Returns what it came to, or null while it is not done.
  Result goOn() {
    Result result = isAtWork ? commands.goOn() : executed();
    if (result == null) return null;
    if (isAtWork && session != null)
      sessions.remember(session, begun.requestId(), result, commands.index());
    begun = null;
    return end(result, result);
  }

  /// Removes what is due, and then does the work of the command if it was not done before. Returns
  /// null if something is left.
  private Result executed() {
    if (!commands.removeDue()) return null;
    Result.Reason objection = store.objection(begun.caller(), begun.command());
    if (objection != null) return refuse(begun.requestId(), objection);
    Result known = begun.requestId() == null ? null : answerBefore(begun.requestId());
    if (known != null) return known;
    isAtWork = true;
    Result result = execute();
    return result == null ? commands.goOn() : result;
  }

  private Result execute() {
    Caller caller = begun.caller();
    if (store.users().isEnabled() && begun.command() instanceof Operation.KeepAlive keepAlive) {
      AccessCheck check = AccessCheck.of(store, caller);
      return commands.ofLeases.keepAlive(keepAlive.leases(), check::permitsKeepAlive);
    }
    return commands.execute(begun.command());
  }

  /// What a command comes to that is not permitted now. If it may be one that was done before, that
  /// is not denied.
  private Result refuse(RequestId id, Result.Reason objection) {
    boolean mayBeDone = id != null && sessions.mayHaveDone(id, commands.clusterTimeMillis());
    return mayBeDone ? Result.Forgotten.INSTANCE : new Result.Refused(objection);
  }

  /// What a request came to that is not to be done now; null if it is.
  private Result answerBefore(RequestId id) {
    session = sessions.use(id.client(), commands.index(), commands.clusterTimeMillis());
    Result first = sessions.answerTo(id);
    if (first != null) return first;
    if (Sessions.maybeForgotten(session, id)) return Result.Forgotten.INSTANCE;
    return null;
  }

  /// @param mixed what the digest holds of the result
  private Result end(Result result, Result mixed) {
    mix(Digest.wordOf(mixed));
    commands.used();
    if (!store.keepsHistory()) store.keys().history.compacted(commands.revision());
    stand(commands.index(), digest);
    return result;
  }

  /// Null for bytes that are no envelope.
  private static Envelope decode(Bytes encoded) {
    try {
      return CommandCodec.decodeEnvelope(encoded);
    } catch (MalformedException e) {
      return null;
    }
  }

  /// Passes over an entry that is none of the state machine's.
  void advance(long index) {
    checkNext(index);
    stand(index, digest);
  }

  /// All up to an index is applied.
  void stand(long index, long digest) {
    commands.index(index);
    this.digest = digest;
    appliedIndex = index;
    appliedDigest = digest;
  }

  private void checkNext(long index) {
    if (index <= commands.index() || isBehind())
      throw new IllegalStateException("entry " + index + " after " + commands.index());
  }

  /// Has the digest hold something more.
  void mix(long word) {
    digest = Digest.mix(digest, word);
  }
}
