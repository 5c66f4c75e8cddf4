package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.auth.Credentials;
import java.util.function.Consumer;

/// The users as a replica knows them. Passwords are compared with what is read linearizably: one
/// that was changed is not accepted anywhere.
record ReplicaUsers(Replica replica) implements Authenticator.Users {
  private static final byte[] NO_KEY = {};

  @Override
  public void find(Bytes user, Consumer<Credentials> reply) {
    find(user, new ReadConsistency.Follower(), reply);
  }

  @Override
  public void findHere(Bytes user, Consumer<Credentials> reply) {
    find(user, new ReadConsistency.Local(), reply);
  }

  private void find(Bytes user, ReadConsistency reading, Consumer<Credentials> reply) {
    replica.read(
        Caller.MEMBER,
        new Operation.GetCredentials(user),
        reading,
        outcome -> reply.accept(credentials(outcome)));
  }

  /// Null when they could not be read.
  private Credentials credentials(Outcome outcome) {
    if (!(outcome instanceof Outcome.Done(Result result))) return null;
    if (!(result instanceof Result.Credentials found))
      return new Credentials("", 0, NO_KEY, replica.clusterTimeMillis());
    return new Credentials(
        found.hash() == null ? "" : found.hash().toUtf8(),
        found.since(),
        found.signingKey() == null ? NO_KEY : found.signingKey().toArray(),
        replica.clusterTimeMillis());
  }
}
