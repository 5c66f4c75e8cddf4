/// Client protocols, one folder each: bytes to operations, outcomes to bytes.
package io.jangada.front;
