/// Who a client is, for all client protocols: passwords, tokens, and the users of certificates.
package io.jangada.protocol.auth;
