package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.List;
import java.util.function.Consumer;

/// What a command asks for. Each can be done by itself, or among others between MULTI and EXEC.
sealed interface Asked {
  /// Writes the reply to what was done.
  interface Reply {
    void write(Result result, ReplyWriter out, Moment moment);

    /// What is said where it was refused.
    default String errorOf(Result.Reason reason) {
      return Errors.of(reason);
    }
  }

  /// What a reply may need to know beside the result.
  ///
  /// @param clusterMillis the cluster's time when the result came
  /// @param unixMillis the wall clock
  record Moment(long clusterMillis, long unixMillis) {}

  /// Something of the store, at one place in the log, or read from one state.
  ///
  /// @param keys on which it depends; null for all
  record OfStore(Operation.Step step, List<Bytes> keys, Reply reply) implements Asked {
    static OfStore of(Operation.Step step, Bytes key, Reply reply) {
      return new OfStore(step, List.of(key), reply);
    }
  }

  /// Something of the store that can be no step of a transaction.
  ///
  /// @param keys as [OfStore] has it
  record Alone(Operation operation, List<Bytes> keys, Reply reply) implements Asked {}

  /// Something that the member answers by itself.
  record OfMember(Consumer<ReplyWriter> reply) implements Asked {}

  /// Something that changes or asks the connection, at once.
  ///
  /// @param done does it, and answers
  record OfConnection(Consumer<RedisConnection> done) implements Asked {}

  /// It is refused.
  ///
  /// @param error with its prefix
  record Refused(String error) implements Asked {}
}
