/// Byte strings, bounded codecs and checksums: the floor of the house, which knows nobody.
package io.jangada.bytes;
