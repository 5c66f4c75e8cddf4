/// Other stores, started and spoken to as thinly as our own: only for `bench --against`, and only
/// in the build's profile `rivals`.
package io.jangada.otherstores;
