package io.jangada.protocol.auth;

/// What is known of a user, to tell whether a client is that user.
///
/// @param password its hash as text; empty for a user that has none
/// @param since the auth revision at which the user was made or got the password; 0 for one that
///   does not exist
/// @param signingKey of tokens; empty while users are not checked
/// @param clusterTimeMillis now
public record Credentials(String password, long since, byte[] signingKey, long clusterTimeMillis) {
  boolean exists() {
    return since > 0;
  }
}
