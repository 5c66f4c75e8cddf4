package io.jangada.link;

import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// What the side that connects says until it is welcome: a hello, and where members share a secret,
/// a proof. It checks the other side's proof first.
final class Greeting {
  private static final int CHALLENGE_BYTES = Secret.NONCE_BYTES + Secret.PROOF_BYTES;

  private final Secret secret;
  private final int version;
  private byte[] hello;
  private boolean isProved;

  /// @param version that the hello is said in
  Greeting(Secret secret, int version) {
    this.secret = secret;
    this.version = version;
    this.isProved = secret.isNone();
  }

  /// The version of the first hello to a member.
  static int version(Secret secret) {
    return secret.isNone() ? Handshake.VERSION : Handshake.PROVING_VERSION;
  }

  void writeHello(ByteBuf out, Handshake.Hello said) {
    byte[] nonce = secret.isNone() ? new byte[0] : secret.nonce();
    hello = Handshake.write(out, said, version, nonce);
  }

  /// @throws MalformedException when the other side answered in another version
  void checkVersion(int answered) {
    if (answered == version) return;
    if (answered == Handshake.PROVING_VERSION)
      throw new MalformedException("it wants proof of a cluster secret, and this member has none");
    if (version == Handshake.PROVING_VERSION)
      throw new MalformedException("it has no cluster secret, and this member has one");
    throw new MalformedException("it speaks version " + answered + " of the protocol");
  }

  /// Whether nothing but a verdict is still to come.
  boolean isProved() {
    return isProved;
  }

  /// Reads the challenge that the buffer begins with, and appends the answer.
  ///
  /// @return false while not all of it is there
  /// @throws MalformedException when the other side does not know the secret
  boolean answerChallenge(ByteBuf in, ByteBuf out) {
    byte[] challenge = Handshake.readParts(in, CHALLENGE_BYTES);
    if (challenge == null) return false;
    byte[] nonce = Arrays.copyOf(challenge, Secret.NONCE_BYTES);
    byte[] proof = Arrays.copyOfRange(challenge, Secret.NONCE_BYTES, CHALLENGE_BYTES);
    if (!secret.isProof(proof, Secret.Side.ACCEPTOR, hello, nonce))
      throw new MalformedException("it does not know this cluster's secret");
    Handshake.write(out, secret.proof(Secret.Side.DIALLER, hello, nonce));
    isProved = true;
    return true;
  }
}
