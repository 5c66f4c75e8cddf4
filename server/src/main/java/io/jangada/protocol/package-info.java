/// Client protocols, one folder each: bytes in, operations out; outcomes in, bytes out. What
/// several of them share is here.
package io.jangada.protocol;
