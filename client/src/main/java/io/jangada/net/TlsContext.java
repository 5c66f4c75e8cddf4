package io.jangada.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS as the files said when they were read: makes the handlers of connections, on either side.
///
/// TLS 1.3 and 1.2 with suites that have forward secrecy and authenticated encryption; the
/// runtime's provider. Nothing is compressed.
public final class TlsContext {
  private static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final String HOST_CHECK = "HTTPS";
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /// How long the other side may take for the last bytes of a connection that is closed.
  private static final long CLOSE_MILLIS_MAX = 500;

  private static final long HANDSHAKE_MILLIS_MAX = 10_000;

  private final TlsPolicy policy;
  private final List<X509Certificate> own;
  private final CertificateCheck check;
  private final SslContext server;
  private final SslContext client;

  private TlsContext(TlsFiles files, TlsPolicy policy) throws TlsException {
    this.policy = policy;
    PrivateKey key = null;
    if (files.certificate() == null) {
      own = List.of();
    } else {
      own = PemFiles.certificates(files.certificate());
      requireValid(files, own);
      key = PemFiles.key(files.key(), own.get(0));
    }
    check = check(files, policy);
    try {
      server = key == null ? null : server(key);
      client = client(key);
    } catch (SSLException | IllegalArgumentException e) {
      throw new TlsException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /// Reads the files.
  ///
  /// @throws TlsException when they cannot be used: missing, malformed, expired, or a key that is
  ///   not the certificate's
  public static TlsContext load(TlsFiles files, TlsPolicy policy) throws TlsException {
    return new TlsContext(files, policy);
  }

  private static void requireValid(TlsFiles files, List<X509Certificate> chain)
      throws TlsException {
    Date now = new Date();
    for (X509Certificate one : chain)
      if (now.after(one.getNotAfter()) || now.before(one.getNotBefore()))
        throw new TlsException(
            files.certificate()
                + ": the certificate "
                + CertificateText.shown(one.getSubjectX500Principal())
                + " is valid from "
                + one.getNotBefore().toInstant()
                + " to "
                + one.getNotAfter().toInstant());
  }

  private static CertificateCheck check(TlsFiles files, TlsPolicy policy) throws TlsException {
    List<X509CRL> revoked = new ArrayList<>();
    KeyStore trusted = null;
    try {
      if (files.trustedCa() != null) {
        List<X509Certificate> issuers = PemFiles.certificates(files.trustedCa());
        trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        for (int i = 0; i < issuers.size(); i++)
          trusted.setCertificateEntry("ca-" + i, issuers.get(i));
        if (files.crl() != null) revoked.addAll(PemFiles.revocationLists(files.crl(), issuers));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      for (TrustManager one : factory.getTrustManagers())
        if (one instanceof X509ExtendedTrustManager runtime)
          return new CertificateCheck(runtime, revoked, policy.allowedNames());
      throw new TlsException("the Java runtime has no X.509 trust manager");
    } catch (TlsException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException(files.trustedCa() + " cannot be used: " + e.getMessage(), e);
    }
  }

  private SslContext server(PrivateKey key) throws SSLException {
    SslContextBuilder builder = common(SslContextBuilder.forServer(key, own));
    if (!policy.protocols().isEmpty())
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              policy.protocols()));
    return builder
        .trustManager(check)
        .clientAuth(policy.clientCertificate() ? ClientAuth.REQUIRE : ClientAuth.NONE)
        .build();
  }

  private SslContext client(PrivateKey key) throws SSLException {
    SslContextBuilder builder = common(SslContextBuilder.forClient());
    if (key != null) builder.keyManager(key, own);
    if (policy.insecure())
      return builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null)
          .build();
    return builder.trustManager(check).endpointIdentificationAlgorithm(HOST_CHECK).build();
  }

  private static SslContextBuilder common(SslContextBuilder builder) {
    return builder
        .sslProvider(SslProvider.JDK)
        .protocols(VERSIONS)
        .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE);
  }

  /// The handler of a connection that was accepted. There must be a certificate.
  ///
  /// Keys are computed on the event loop: with a thread of its own for that, a client that ended
  /// its side right behind its handshake was seen to get nothing.
  public SslHandler acceptor(ByteBufAllocator buffers) {
    if (server == null) throw new IllegalStateException("a server needs a certificate");
    return limited(server.newHandler(buffers));
  }

  /// The handler of a connection that was made to this host, which the certificate must name.
  ///
  /// @param host a name or an address
  public SslHandler dialler(ByteBufAllocator buffers, String host, int port) {
    return limited(client.newHandler(buffers, host, port));
  }

  /// The same over a socket that is connected, for threads that may wait.
  ///
  /// @throws IOException when the handshake fails
  public Socket dial(Socket connected, String host, int port) throws IOException {
    SSLSocketFactory factory = ((JdkSslContext) client).context().getSocketFactory();
    SSLSocket socket = (SSLSocket) factory.createSocket(connected, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(VERSIONS);
    parameters.setCipherSuites(client.cipherSuites().toArray(new String[0]));
    if (!policy.insecure()) parameters.setEndpointIdentificationAlgorithm(HOST_CHECK);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static SslHandler limited(SslHandler handler) {
    handler.setHandshakeTimeout(HANDSHAKE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    handler.setCloseNotifyFlushTimeout(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    return handler;
  }

  /// When the first of this side's certificates expires; empty when it has none.
  public Optional<Instant> expiry() {
    return own.stream().map(one -> one.getNotAfter().toInstant()).min(Instant::compareTo);
  }

  /// Why the client at the other end of a connection would not be accepted any more; empty when it
  /// would.
  public Optional<TlsFailure> rejection(SSLSession session) {
    try {
      X509Certificate[] chain = chain(session);
      check.checkClientTrusted(chain, chain.length == 0 ? "" : keyType(chain[0]));
      return Optional.empty();
    } catch (CertificateException e) {
      return Optional.of(TlsFailure.of(e));
    }
  }

  /// The same for a connection to a server; its host was checked when it was made.
  public Optional<TlsFailure> rejectionOfServer(SSLSession session) {
    try {
      check.checkServerTrusted(chain(session), "UNKNOWN");
      return Optional.empty();
    } catch (CertificateException e) {
      return Optional.of(TlsFailure.of(e));
    }
  }

  private static String keyType(X509Certificate one) {
    return one.getPublicKey().getAlgorithm();
  }

  private static X509Certificate[] chain(SSLSession session) {
    try {
      return List.of(session.getPeerCertificates()).toArray(new X509Certificate[0]);
    } catch (SSLPeerUnverifiedException e) {
      return new X509Certificate[0];
    }
  }
}
