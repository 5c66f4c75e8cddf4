package io.jangada.link;

import io.netty.buffer.ByteBuf;

/// The question of the side that accepted a connection: whether the other one knows the cluster's
/// secret. It comes with a proof of its own.
final class Challenge {
  private final Secret secret;
  private final byte[] hello;
  private final byte[] nonce;

  /// @param hello the payload of what the other side said
  Challenge(Secret secret, byte[] hello) {
    this.secret = secret;
    this.hello = hello;
    this.nonce = secret.nonce();
  }

  void write(ByteBuf out) {
    Handshake.putPreamble(out, Handshake.PROVING_VERSION);
    Handshake.write(out, nonce, secret.proof(Secret.Side.ACCEPTOR, hello, nonce));
  }

  /// Whether these bytes answer it.
  boolean isAnsweredBy(byte[] proof) {
    return secret.isProof(proof, Secret.Side.DIALLER, hello, nonce);
  }
}
