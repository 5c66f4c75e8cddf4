package io.jangada.protocol.auth;

/// What is known of a user, to tell whether somebody is that user.
///
/// @param password its hash as text; empty for a user that has none, and for one that does not
///   exist
/// @param since the auth revision at which the user got the password
/// @param signingKey of tokens; empty where authentication was never enabled
/// @param clusterTimeMillis now
public record Credentials(String password, long since, byte[] signingKey, long clusterTimeMillis) {}
