package io.jangada.protocol.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Caller;
import io.jangada.protocol.auth.Authenticator.Answer;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
  private static final byte[] KEY = "the key of the cluster, 32 bytes".getBytes(UTF_8);
  private static final Bytes ANA = Bytes.utf8("ana");
  private static final String RIGHT = hash("right");
  private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

  private final Map<String, Credentials> users = new ConcurrentHashMap<>();
  private volatile boolean hasQuorum = true;
  private final AtomicLong clock = new AtomicLong();
  private final Authenticator authenticator =
      new Authenticator(new Authenticator.Settings("auth", 1, false), new Replicas(), clock::get);

  private static String hash(String password) {
    return PasswordHash.of(password.getBytes(UTF_8), new SecureRandom()).text();
  }

  private final class Replicas implements Authenticator.Users {
    @Override
    public void find(Bytes user, Consumer<Credentials> reply) {
      if (hasQuorum) findHere(user, reply);
      else reply.accept(null);
    }

    @Override
    public void findHere(Bytes user, Consumer<Credentials> reply) {
      reply.accept(users.getOrDefault(user.toUtf8(), new Credentials("", 0, KEY, 1_000)));
    }
  }

  @AfterEach
  void close() {
    authenticator.close();
  }

  private Answer authenticate(String user, String password) throws Exception {
    var answer = new CompletableFuture<Answer>();
    authenticator.authenticate(
        Bytes.utf8(user), password.getBytes(UTF_8), ADDRESS, answer::complete);
    return answer.get(20, TimeUnit.SECONDS);
  }

  private Answer verify(String token) throws Exception {
    var answer = new CompletableFuture<Answer>();
    authenticator.verify(token, answer::complete);
    return answer.get(20, TimeUnit.SECONDS);
  }

  @Test
  void theRightPasswordSaysWhoItIs() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    for (int i = 0; i < 2; i++)
      assertThat(authenticate("ana", "right"))
          .isInstanceOfSatisfying(
              Answer.Granted.class,
              granted -> assertThat(granted.caller()).isEqualTo(new Caller(ANA, 7)));
  }

  @Test
  void wrongPasswordsUnknownUsersAndThoseWithoutAPasswordAreRefusedInTheSameWords()
      throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    users.put("certificate", new Credentials("", 8, KEY, 1_000));
    Answer wrong = authenticate("ana", "wrong");
    assertThat(wrong).isInstanceOf(Answer.Refused.class);
    clock.addAndGet(FailedAttempts.LONGEST_NANOS);
    assertThat(authenticate("nobody", "right")).isEqualTo(wrong);
    clock.addAndGet(FailedAttempts.LONGEST_NANOS);
    assertThat(authenticate("certificate", "")).isEqualTo(wrong);
  }

  @Test
  void aChangedPasswordIsNotTheOneThatIsKnown() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    authenticate("ana", "right");
    users.put("ana", new Credentials(hash("other"), 9, KEY, 1_000));
    assertThat(authenticate("ana", "right")).isInstanceOf(Answer.Refused.class);
  }

  @Test
  void aWrongPasswordHasTheNextAttemptWaitAndNotOneThatIsKnown() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    users.put("eva", new Credentials(RIGHT, 8, KEY, 1_000));
    authenticate("ana", "right");
    authenticate("ana", "wrong");
    var waits = new CompletableFuture<Answer>();
    authenticator.authenticate(
        Bytes.utf8("eva"), "right".getBytes(UTF_8), ADDRESS, waits::complete);
    assertThat(authenticate("ana", "right")).isInstanceOf(Answer.Granted.class);
    assertThat(waits).isNotDone();
    clock.addAndGet(FailedAttempts.FIRST_NANOS);
    assertThat(waits.get(20, TimeUnit.SECONDS)).isInstanceOf(Answer.Granted.class);
  }

  @Test
  void aMemberWithoutTheOthersKnowsTokensAndNoPasswords() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    String token = ((Answer.Granted) authenticate("ana", "right")).token();
    hasQuorum = false;
    assertThat(verify(token)).isInstanceOf(Answer.Granted.class);
    users.put("ana", new Credentials(RIGHT, 8, KEY, 1_000));
    assertThat(verify(token)).as("it may lag").isInstanceOf(Answer.Unavailable.class);
    assertThat(authenticate("ana", "right")).isInstanceOf(Answer.Unavailable.class);
  }

  @Test
  void aTokenIsValidUntilItExpiresOrThePasswordChanges() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    String token = ((Answer.Granted) authenticate("ana", "right")).token();
    assertThat(verify(token)).isEqualTo(new Answer.Granted(new Caller(ANA, 7), token));
    users.put("ana", new Credentials(RIGHT, 8, KEY, 1_000));
    assertThat(verify(token)).isInstanceOf(Answer.Refused.class);
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000 + Authenticator.TOKEN_MILLIS));
    assertThat(verify(token)).isInstanceOf(Answer.Refused.class);
    users.put("ana", new Credentials(RIGHT, 7, new byte[0], 1_000));
    assertThat(verify(token)).isInstanceOf(Answer.Refused.class);
    assertThat(verify("nonsense")).isInstanceOf(Answer.Refused.class);
  }

  @Test
  void withoutASigningKeyThereIsNoToken() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, new byte[0], 1_000));
    assertThat(authenticate("ana", "right")).isEqualTo(new Answer.Granted(new Caller(ANA, 7), ""));
  }

  @Test
  void oneAddressKeepsNoOtherFromItsTurn() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    authenticate("ana", "wrong");
    var replies = new LinkedBlockingQueue<Answer>();
    for (int i = 0; i < 17; i++)
      authenticator.authenticate(ANA, "wrong".getBytes(UTF_8), ADDRESS, replies::add);
    assertThat(replies).singleElement().isInstanceOf(Answer.Unavailable.class);
    var other = new CompletableFuture<Answer>();
    InetAddress elsewhere = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
    authenticator.authenticate(ANA, "right".getBytes(UTF_8), elsewhere, other::complete);
    assertThat(other.get(20, TimeUnit.SECONDS)).isInstanceOf(Answer.Granted.class);
  }

  @Test
  void aTokenThatWouldLastTooLongWasNotMadeHere() throws Exception {
    users.put("ana", new Credentials(RIGHT, 7, KEY, 1_000));
    assertThat(verify(new Token(ANA, 7, 1_000 + Authenticator.TOKEN_MILLIS).sign(KEY)))
        .isInstanceOf(Answer.Granted.class);
    assertThat(verify(new Token(ANA, 7, 1_001 + Authenticator.TOKEN_MILLIS).sign(KEY)))
        .isInstanceOf(Answer.Refused.class);
  }
}
