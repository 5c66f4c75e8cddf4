package io.jangada.protocol.rpc;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Caller;
import io.jangada.net.CertificateText;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.port.Client;
import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Who the client of a connection is, call by call: by a call's token, or by the connection's
/// certificate where that names a user.
///
/// A token that was found to be valid is taken for valid a while longer, and so is a certificate
/// that names a user. The user may be gone by then: that is for the state machine to see, as with
/// all callers.
public final class Callers {
  private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int KNOWN_MAX = 16;

  /// What was found out.
  ///
  /// @param caller null for none
  /// @param hasBadToken whether a token was shown that is not valid
  /// @param failure why it cannot be found out now; null if it was
  public record Found(Caller caller, boolean hasBadToken, Status failure) {
    static final Found NOBODY = new Found(null, false, null);
  }

  private record Known(Found found, long untilNanos) {
    static Known now(Found found) {
      return new Known(found, System.nanoTime() + KNOWN_NANOS);
    }

    static boolean isStill(Known known) {
      return known != null && known.untilNanos - System.nanoTime() > 0;
    }
  }

  private final Client client;

  /// Null where certificates are not looked at.
  private final Channel channel;

  private final Map<String, Known> byToken =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > KNOWN_MAX;
        }
      };
  private Known byCertificate;

  public Callers(Client client, Channel channel) {
    this.client = client;
    this.channel = channel;
  }

  /// Finds out by tokens alone.
  static Callers byToken(Client client) {
    return new Callers(client, null);
  }

  /// Finds out who calls.
  ///
  /// @param then called on the connection's loop, before this returns where it is known already
  public void find(String token, Consumer<Found> then) {
    Authenticator authenticator = client.port().authenticator();
    if (authenticator == null) {
      then.accept(Found.NOBODY);
    } else if (token != null) {
      Known known = byToken.get(token);
      if (Known.isStill(known)) then.accept(known.found);
      else
        authenticator.verify(
            token, answer -> client.lane().execute(() -> then.accept(keep(token, answer))));
    } else if (channel == null || !authenticator.acceptsCertificates()) {
      then.accept(Found.NOBODY);
    } else if (Known.isStill(byCertificate)) {
      then.accept(byCertificate.found);
    } else {
      Optional<String> name = CertificateText.ofPeer(channel).flatMap(CertificateText::commonName);
      if (name.isEmpty()) then.accept(Found.NOBODY);
      else
        authenticator.accept(
            Bytes.utf8(name.get()),
            answer -> client.lane().execute(() -> then.accept(keep(answer))));
    }
  }

  private Found keep(String token, Answer answer) {
    Found found = found(answer, true);
    if (found.caller != null) byToken.put(token, Known.now(found));
    return found;
  }

  private Found keep(Answer answer) {
    Found found = found(answer, false);
    if (found.caller != null) byCertificate = Known.now(found);
    return found;
  }

  private static Found found(Answer answer, boolean isToken) {
    return switch (answer) {
      case Answer.Granted(Caller caller, _) -> new Found(caller, false, null);
      case Answer.Refused _ -> new Found(null, isToken, null);
      case Answer.Unavailable(String reason) ->
          new Found(null, false, new Status(Code.UNAVAILABLE, "etcdserver: " + reason));
    };
  }
}
