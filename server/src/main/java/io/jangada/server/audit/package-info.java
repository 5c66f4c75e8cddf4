/// The audit trail of a server: who asked for what, when, and what became of it, as lines of JSON
/// in a file.
package io.jangada.server.audit;
