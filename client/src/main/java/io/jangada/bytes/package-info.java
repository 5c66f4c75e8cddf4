/// Byte strings, bounded codecs and checksums. Depends on the JDK alone.
package io.jangada.bytes;
