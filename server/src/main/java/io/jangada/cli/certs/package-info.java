/// The command `certs`: a certificate authority for a start and for tests, and what it signs.
package io.jangada.cli.certs;
