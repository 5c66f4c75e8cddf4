package io.jangada.protocol.binary;

import static io.jangada.protocol.binary.ServedBinary.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Operation;
import io.jangada.kv.auth.AuthChange;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.auth.Credentials;
import io.jangada.protocol.auth.PasswordHash;
import io.jangada.protocol.text.AdminHandler;
import io.jangada.protocol.text.Served;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Passwords and tokens in frames.
class AuthenticationTest {
  private static final byte[] KEY = "the key of the cluster, 32 bytes".getBytes(UTF_8);
  private static final String HASH =
      PasswordHash.of("secret".getBytes(UTF_8), new SecureRandom()).text();

  @TempDir private Path directory;
  private Served served;
  private Authenticator authenticator;
  private BinaryClient client;

  @BeforeEach
  void start() throws IOException {
    authenticator =
        new Authenticator(
            new Authenticator.Settings("auth", 1, false), this::find, System::nanoTime);
    served = Served.held(directory, settings -> settings);
    served.front.serve(served.member.replica(), AdminHandler.NONE, authenticator, Audit.NONE);
    client = new BinaryClient(served.front.address());
  }

  private void find(Bytes user, Consumer<Credentials> reply) {
    boolean isThere = user.equals(Bytes.utf8("shop"));
    reply.accept(new Credentials(isThere ? HASH : "", isThere ? 7 : 0, KEY, 1_000));
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    served.close();
    authenticator.close();
  }

  private long password(String user, String password) throws IOException {
    return client.send(BinaryFormat.PASSWORD, new ByteWriter(64).putText(user).putText(password));
  }

  @Test
  void aPasswordGetsATokenThatIsAsGood() throws IOException {
    long number = password("shop", "secret");
    BinaryClient.Frame known = client.read(BinaryFormat.KNOWN);
    assertThat(known.number()).isEqualTo(number);
    String token = known.reader().getText(1_000);
    client.send(BinaryFormat.TOKEN, new ByteWriter(64).putText(token));
    client.read(BinaryFormat.KNOWN);
    client.send(BinaryFormat.TOKEN, new ByteWriter(64).putText(token + "A"));
    client.read(BinaryFormat.REFUSED);
    client.send(BinaryFormat.TOKEN, new ByteWriter(64).putText(""));
    client.read(BinaryFormat.REFUSED);
  }

  /// However long it takes to find out who it is.
  @Test
  void whatIsSentBehindIsAnsweredBehind() throws IOException {
    long first = password("nobody", "secret");
    long second = client.send(get("name"));
    assertThat(client.read(BinaryFormat.REFUSED).number()).isEqualTo(first);
    assertThat(client.read(BinaryFormat.DONE).number()).isEqualTo(second);
  }

  @Test
  void aMalformedFrameIsRefusedAndTheConnectionGoesOn() throws IOException {
    client.send(BinaryFormat.PASSWORD, new ByteWriter(8).putInt(-1));
    client.read(BinaryFormat.REFUSED);
    client.send(BinaryFormat.PASSWORD, new ByteWriter(8).putText("a".repeat(257)).putText("b"));
    client.read(BinaryFormat.REFUSED);
    client.send(get("name"));
    client.read(BinaryFormat.DONE);
  }

  @Test
  void hashesOfPasswordsAreNotReadAndUsersNotChangedHere() throws IOException {
    client.send(new Operation.GetCredentials(Bytes.utf8("shop")));
    client.read(BinaryFormat.REFUSED);
    var change = new Operation.ChangeUsers(new AuthChange.AddRole(Bytes.utf8("app")));
    ByteWriter body = new ByteWriter(64).put(0).putRaw(CommandCodec.encode(change));
    client.send(BinaryFormat.COMMAND, body);
    client.read(BinaryFormat.REFUSED);
  }
}
