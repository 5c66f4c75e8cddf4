/// Users, their roles and what these permit, as the state machine has them.
package io.jangada.kv.auth;
