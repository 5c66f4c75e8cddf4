/// Other stores, started and spoken to as thinly as our own: only for `bench --against`.
package io.jangada.otherstores;
