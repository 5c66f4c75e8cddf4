package io.jangada.protocol.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Caller;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Tells whether a client is who it says it is. May be called from any thread.
///
/// Passwords are hashed by a few threads of its own. A password that was right is known again
/// without that, as long as the user's password does not change: all clients of a server that fails
/// come to the next one at once. What is kept for it is a keyed hash, in memory alone.
///
/// After a wrong password the next attempt from that address waits ([FailedAttempts]).
public final class Authenticator implements AutoCloseable {
  /// How long a token is valid.
  public static final long TOKEN_MILLIS = 5 * 60_000;

  private static final int WAITING_MAX = 1_024;
  private static final int WAITING_OF_ADDRESS_MAX = 16;
  private static final int KNOWN_MAX = 10_000;
  private static final String WRONG = "wrong user or password";
  private static final String INVALID_TOKEN = "invalid token";
  private static final String UNREADABLE = "the users cannot be read now";
  private static final String BUSY = "too many clients wait for their authentication";

  /// What an attempt came to.
  public sealed interface Answer {
    /// @param token empty where authentication was never enabled
    record Granted(Caller caller, String token) implements Answer {}

    record Refused(String reason) implements Answer {}

    /// Nothing is known: to be tried again.
    record Unavailable(String reason) implements Answer {}
  }

  /// Finds out what is known of users.
  public interface Users {
    /// What is no older than the question.
    ///
    /// @param reply gets null when it could not be found out
    void find(Bytes user, Consumer<Credentials> reply);

    /// What this member knows, which may be older.
    ///
    /// @param reply gets null when it could not be found out
    default void findHere(Bytes user, Consumer<Credentials> reply) {
      find(user, reply);
    }
  }

  /// @param mac of the password, under a key of this process
  private record Known(long since, byte[] mac) {}

  private final Settings settings;
  private final Users users;
  private final LongSupplier clock;
  private final ScheduledThreadPoolExecutor threads;
  private final SecureRandom random = new SecureRandom();
  private final byte[] processKey = new byte[32];

  // The monitor guards these.
  private final FailedAttempts attempts = new FailedAttempts();
  private final Map<Bytes, Known> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, Known> eldest) {
          return size() > KNOWN_MAX;
        }
      };
  private final Map<InetAddress, Integer> waitingFrom = new HashMap<>();
  private int waiting;

  /// @param threadName of its threads
  /// @param certificates whether the common name of a client's certificate is its user
  public record Settings(String threadName, int threadCount, boolean certificates) {}

  /// @param clock of nanoseconds
  public Authenticator(Settings settings, Users users, LongSupplier clock) {
    this.settings = settings;
    this.users = users;
    this.clock = clock;
    this.threads =
        new ScheduledThreadPoolExecutor(
            settings.threadCount,
            task -> Thread.ofPlatform().name(settings.threadName).daemon(true).unstarted(task));
    random.nextBytes(processKey);
  }

  /// @param password is wiped out in the end
  /// @param reply called once, from any thread
  public void authenticate(Bytes user, byte[] password, InetAddress from, Consumer<Answer> reply) {
    Attempt attempt = new Attempt(user, password, from);
    Consumer<Answer> end =
        answer -> {
          Arrays.fill(password, (byte) 0);
          reply.accept(answer);
        };
    users.find(user, found -> check(attempt, found, end));
  }

  /// Tells whose token this is. A member that does not reach the others takes one that was valid as
  /// far as it knows: what a user may do is for the state machine to see.
  ///
  /// @param reply called once, from any thread
  public void verify(String token, Consumer<Answer> reply) {
    Optional<Bytes> user = Token.userOf(token);
    if (user.isEmpty()) reply.accept(new Answer.Refused(INVALID_TOKEN));
    else findOut(user.get(), found -> verified(token, found), reply);
  }

  /// Whether the common name of a client's certificate is its user.
  public boolean acceptsCertificates() {
    return settings.certificates;
  }

  /// Asks the others only about what is not granted here: this member may lag.
  private void findOut(Bytes user, Function<Credentials, Answer> judge, Consumer<Answer> reply) {
    users.findHere(
        user,
        here -> {
          Answer answer = judge.apply(here);
          if (answer instanceof Answer.Granted) reply.accept(answer);
          else users.find(user, found -> reply.accept(judge.apply(found)));
        });
  }

  /// Tells whether there is a user whose name a certificate has, likewise.
  ///
  /// @param reply called once, from any thread
  public void accept(Bytes user, Consumer<Answer> reply) {
    findOut(user, found -> named(user, found), reply);
  }

  private static Answer named(Bytes user, Credentials found) {
    if (found == null) return new Answer.Unavailable(UNREADABLE);
    return found.exists()
        ? new Answer.Granted(new Caller(user, found.since()), "")
        : new Answer.Refused("no such user");
  }

  private static Answer verified(String text, Credentials found) {
    if (found == null) return new Answer.Unavailable(UNREADABLE);
    Optional<Token> token =
        found.signingKey().length == 0 ? Optional.empty() : Token.verify(text, found.signingKey());
    boolean isValid =
        token.isPresent()
            && token.get().expiryMillis() > found.clusterTimeMillis()
            && token.get().expiryMillis() <= found.clusterTimeMillis() + TOKEN_MILLIS
            && found.exists()
            && token.get().since() == found.since();
    if (!isValid) return new Answer.Refused(INVALID_TOKEN);
    return new Answer.Granted(new Caller(token.get().user(), found.since()), text);
  }

  /// Hashes a new password.
  ///
  /// @param password is wiped out in the end
  /// @param reply called once, from any thread; gets null when too many wait
  public void hash(byte[] password, InetAddress from, Consumer<PasswordHash> reply) {
    if (!enter(from)) {
      reply.accept(null);
      return;
    }
    Runnable task =
        () -> {
          PasswordHash hash = PasswordHash.of(password, random);
          Arrays.fill(password, (byte) 0);
          leave(from);
          reply.accept(hash);
        };
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      leave(from);
      reply.accept(null);
    }
  }

  private record Attempt(Bytes user, byte[] password, InetAddress from) {}

  private void check(Attempt attempt, Credentials found, Consumer<Answer> end) {
    if (found == null) {
      end.accept(new Answer.Unavailable(UNREADABLE));
      return;
    }
    byte[] mac = mac(attempt);
    if (isKnown(attempt.user, new Known(found.since(), mac))) {
      end.accept(granted(attempt, found));
    } else if (!enter(attempt.from)) {
      end.accept(new Answer.Unavailable(BUSY));
    } else {
      Consumer<Answer> leave =
          answer -> {
            leave(attempt.from);
            end.accept(answer);
          };
      compareInTurn(attempt, found, mac, leave);
    }
  }

  /// Takes a place among those that wait for a comparison; no address may have many.
  private synchronized boolean enter(InetAddress from) {
    int here = waitingFrom.getOrDefault(from, 0);
    if (waiting >= WAITING_MAX || here >= WAITING_OF_ADDRESS_MAX) return false;
    waiting++;
    waitingFrom.put(from, here + 1);
    return true;
  }

  private synchronized void leave(InetAddress from) {
    waiting--;
    waitingFrom.computeIfPresent(from, (_, count) -> count == 1 ? null : count - 1);
  }

  private synchronized boolean isKnown(Bytes user, Known now) {
    Known before = known.get(user);
    return before != null
        && before.since == now.since
        && MessageDigest.isEqual(before.mac, now.mac);
  }

  /// Compares when the address need not wait any more. Another attempt from there that fails
  /// meanwhile has this one wait again.
  private void compareInTurn(Attempt attempt, Credentials found, byte[] mac, Consumer<Answer> end) {
    Runnable task =
        () -> {
          if (waitNanos(attempt.from) > 0) compareInTurn(attempt, found, mac, end);
          else end.accept(compare(attempt, found, mac));
        };
    try {
      threads.schedule(task, waitNanos(attempt.from), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      end.accept(new Answer.Unavailable("the server stops"));
    }
  }

  private synchronized long waitNanos(InetAddress from) {
    return attempts.waitNanos(from, clock.getAsLong());
  }

  private Answer compare(Attempt attempt, Credentials found, byte[] mac) {
    Optional<PasswordHash> hash = PasswordHash.parse(found.password());
    // One that does not exist takes as long.
    boolean isRight = hash.orElse(PasswordHash.NONE).matches(attempt.password) && hash.isPresent();
    synchronized (this) {
      if (isRight) {
        attempts.succeeded(attempt.from);
        known.put(attempt.user, new Known(found.since(), mac));
      } else {
        attempts.failed(attempt.from, clock.getAsLong());
      }
    }
    return isRight ? granted(attempt, found) : new Answer.Refused(WRONG);
  }

  private static Answer granted(Attempt attempt, Credentials found) {
    long expiryMillis = found.clusterTimeMillis() + TOKEN_MILLIS;
    Token token = new Token(attempt.user, found.since(), expiryMillis);
    byte[] key = found.signingKey();
    return new Answer.Granted(
        new Caller(attempt.user, found.since()), key.length == 0 ? "" : token.sign(key));
  }

  private byte[] mac(Attempt attempt) {
    return Token.mac(processKey, attempt.user.toArray(), new byte[1], attempt.password);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
